// The heap of a process that answers for long.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects what making a graph and its indexes left: V8 would else do so while questions wait, and goes through a gigabyte for about a second. */
export function settleHeap(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}
