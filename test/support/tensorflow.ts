// Whether there is a TensorFlow to test with: ENGRAM_TENSORFLOW names a build, as `.tooling/tensorflow.sh` makes one.
import type { ExecutionContext } from 'ava';

/** Says aloud where there is none. */
export function hasTensorflow(t: ExecutionContext): boolean {
  if (process.env['ENGRAM_TENSORFLOW'] !== undefined) return true;
  t.log('NOT RUN: no TensorFlow. Build one with `.tooling/tensorflow.sh FOLDER` and set ENGRAM_TENSORFLOW to what it prints.');
  t.pass();
  return false;
}
