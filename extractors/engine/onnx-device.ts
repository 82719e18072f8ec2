// ONNX Runtime on a graphics card: through CUDA, or through WebGPU, which its package brings along. Every node of a model has to run there:
// ONNX Runtime is told not to hand any to the CPU.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf } from '../../pipeline/core/errors.ts';
import { nvidiaCards, webgpuAdapter } from './device-names.ts';
import type { Device } from './device-worker.ts';
import { onnxModel } from './onnx-model.ts';
import { openSession, planOf, type Provider } from './onnx-session.ts';

/** @throws Error with the reason, where this installation of ONNX Runtime has no CUDA or the machine no card */
export async function openCuda(): Promise<Device> {
  const name = process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  const folder = join(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')), '..', 'bin');
  const library = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith(join(process.platform, process.arch, name)));
  if (library === undefined) throw new Error(`this installation of onnxruntime-node has no ${name}`);
  try {
    return await open('cuda', () => `CUDA of ONNX Runtime on ${nvidiaCards()[0] ?? 'an NVIDIA GPU'}`);
  } catch (cause) {
    throw /load (shared )?library/.test(messageOf(cause)) ? new Error(whyNotLoaded(join(folder, library)), { cause }) : cause;
  }
}

/** ONNX Runtime says only that it could not load a library; the system's loader names the one that is missing. */
function whyNotLoaded(library: string): string {
  try {
    process.dlopen({ exports: {} }, library);
    return `${library} does not load`;
  } catch (error) {
    return messageOf(error).split('\n')[0]!;
  }
}

/** @throws Error with the reason, where there is no adapter */
export function openWebgpu(): Promise<Device> {
  return open('webgpu', () => `WebGPU of ONNX Runtime on ${webgpuAdapter()}`);
}

async function open(provider: Provider, nameOf: () => string): Promise<Device> {
  try {
    await tryOut(provider);
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
  return {
    device: nameOf(),
    isGpu: true,
    createEncoder: (spec) => openSession(planOf(spec, onnxModel(spec, 'float32')), provider),
  };
}

/** Computes a score, so that a device which is there in name only is found out now. */
async function tryOut(provider: Provider): Promise<void> {
  const [input, hidden] = [8, 8];
  const side = { kernel: new Float32Array(input * 4 * hidden), recurrent: new Float32Array(hidden * 4 * hidden), bias: new Float32Array(4 * hidden) };
  const layers = [{ inputSize: input, hiddenSize: hidden, forward: side, backward: side }];
  const spec = { layers, head: { kind: 'tokens' }, outputKernel: new Float32Array(2 * hidden), outputBias: Float32Array.of(1), outputs: 1 } as const;
  const session = await openSession(planOf(spec, onnxModel(spec, 'float32')), provider);
  const [score] = await session.run({ inputs: new Float32Array(input), time: 1, batch: 1, lengths: Int32Array.of(1) });
  await session.dispose();
  if (score !== 1) throw new Error(`it computes ${score} where 1 is right`);
}

/** What people can use of a message that names C++ functions. */
function reasonOf(error: unknown): string {
  const message = messageOf(error);
  return /Failed to get a WebGPU adapter[^\n]*|CUDA (failure|error) [^\n;]*[^\n; ]/i.exec(message)?.[0] ?? message.split('\n')[0]!;
}
