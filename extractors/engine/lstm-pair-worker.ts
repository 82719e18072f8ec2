// The thread side of `lstm-pair.ts`: sleeps until it is asked, computes one direction, and says so.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { lstmBackward, lstmForward } from './lstm-kernel.ts';
import { ANSWERED, ASKED, FAILED, RESULTS, type PairMessage } from './lstm-pair.ts';

const { control } = workerData as { control: Int32Array };
const port = parentPort!;
port.postMessage('ready');

function compute({ kind, shape, memory, inputs, answers }: PairMessage): void {
  const given = inputs.map(([from, length, integers]) => (integers ? new Int32Array(memory, 4 * from, length) : new Float32Array(memory, 4 * from, length)));
  const floats = given as Float32Array[];
  const integers = given as unknown as Int32Array[];
  const results: Readonly<Record<string, Float32Array>> =
    kind === 'forward'
      ? { ...lstmForward(shape, floats[0]!, floats[1]!, floats[2]!, floats[3]!, integers[4]!) }
      : { ...lstmBackward(shape, floats[0]!, floats[1]!, floats[2]!, integers[3]!, { output: floats[4]!, gates: floats[5]!, cells: floats[6]! }, floats[7]!) };
  answers.forEach(([from, length], i) => new Float32Array(memory, 4 * from, length).set(results[RESULTS[kind][i]!]!));
}

for (;;) {
  // Looked at once each time: to wait for another state than one that was asked for meanwhile would be to wait for ever.
  for (let state = Atomics.load(control, 0); state !== ASKED; state = Atomics.load(control, 0)) Atomics.wait(control, 0, state);
  let state = FAILED;
  try {
    compute(receiveMessageOnPort(port)!.message as PairMessage);
    state = ANSWERED;
  } finally {
    Atomics.store(control, 0, state);
    Atomics.notify(control, 0);
  }
}
