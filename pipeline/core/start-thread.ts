// Starts a worker thread of ours, from source or built, and waits for its first message.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Built, the worker file is .js; from source it is .ts, which a thread of Node 20 reads only through tsx. */
export function createThread(source: URL, workerData: unknown): Worker {
  if (import.meta.url.endsWith('.js')) return new Worker(new URL(source.href.replace(/\.ts$/, '.js')), { workerData });
  const [tsx, file] = [import.meta.resolve('tsx/esm/api'), source.href].map((url) => JSON.stringify(url));
  return new Worker(`import(${tsx}).then(({ tsImport }) => tsImport(${file}, ${file}))`, { eval: true, workerData });
}

export async function startThread(source: URL, workerData: unknown): Promise<Worker> {
  const worker = createThread(source, workerData);
  await once(worker, 'message');
  return worker;
}
