// Network namespaces for workers that are to be on machines of their own: each has an address, and sees no other but through the bridge.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '../../pipeline/core/errors.ts';

const run = promisify(execFile);
const ip = (...args: readonly string[]) => run('ip', args);

export interface Namespaces {
  /** Where all reach a server. */
  readonly host: string;
  /** What a command is put behind to run in the n-th. */
  command(n: number): readonly string[];
  remove(): Promise<void>;
}

/** @returns why there are none, where this machine does not allow them */
export async function createNamespaces(count: number): Promise<Namespaces | { readonly problem: string }> {
  const tag = `eq${process.pid % 100_000}`;
  const net = `10.213.${process.pid % 250}`;
  const nameOf = (n: number): string => `${tag}-${n}`;
  const remove = async (): Promise<void> => {
    for (let n = 0; n < count; n++) {
      await ip('link', 'del', `${tag}v${n}`).catch(() => undefined);
      await ip('netns', 'del', nameOf(n)).catch(() => undefined);
    }
    await ip('link', 'del', tag).catch(() => undefined);
  };
  try {
    await ip('link', 'add', tag, 'type', 'bridge');
    await ip('addr', 'add', `${net}.1/24`, 'dev', tag);
    await ip('link', 'set', tag, 'up');
    for (let n = 0; n < count; n++) {
      const [name, outer] = [nameOf(n), `${tag}v${n}`];
      await ip('netns', 'add', name);
      await ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      await ip('link', 'set', outer, 'master', tag, 'up');
      await ip('-n', name, 'addr', 'add', `${net}.${n + 2}/24`, 'dev', 'eth0');
      await ip('-n', name, 'link', 'set', 'eth0', 'up');
      await ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    return { host: `${net}.1`, command: (n) => ['ip', 'netns', 'exec', nameOf(n)], remove };
  } catch (error) {
    await remove();
    return { problem: messageOf(error).trim().replace(/\s+/g, ' ') };
  }
}
