// Keeps a worker thread from being ended inside native code, which would abort the whole process: the thread goes through
// a gate in shared memory before such code and out after it; whoever ends the thread closes the gate first.

const OPEN = 0;
const INSIDE = 1;
const CLOSED = 2;
const LONGEST_WAIT_MS = 10_000;

/** Gates of all threads of this process. */
const gates = new Set<Int32Array>();
const closeAll = (): void => gates.forEach(closeGate);

/** A gate that is closed before the process ends, or by `closeGate` before. */
export function createGate(): Int32Array {
  if (!process.listeners('exit').includes(closeAll)) process.on('exit', closeAll);
  const gate = new Int32Array(new SharedArrayBuffer(4));
  gates.add(gate);
  return gate;
}

/** Runs native code, or never ends where the gate is closed: the process is about to end. */
export async function guarded<T>(gate: Int32Array, work: () => Promise<T>): Promise<T> {
  if (!enter(gate)) return new Promise<T>(() => undefined);
  try {
    return await work();
  } finally {
    leave(gate);
  }
}

/** @returns false when the gate is closed: native code must not be entered any more */
function enter(gate: Int32Array): boolean {
  return Atomics.compareExchange(gate, 0, OPEN, INSIDE) === OPEN;
}

function leave(gate: Int32Array): void {
  Atomics.compareExchange(gate, 0, INSIDE, OPEN);
  Atomics.notify(gate, 0);
}

/** Waits, blocking, until the thread is outside, and keeps it there. */
export function closeGate(gate: Int32Array): void {
  gates.delete(gate);
  const start = Date.now();
  while (Atomics.compareExchange(gate, 0, OPEN, CLOSED) === INSIDE && Date.now() - start < LONGEST_WAIT_MS) {
    Atomics.wait(gate, 0, INSIDE, LONGEST_WAIT_MS);
  }
}
