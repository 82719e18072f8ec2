// The `wasm` engine: the tfjs model code on the WASM backend with the fused LSTM kernel. Runs wherever Node runs.
import type { Engine } from './engine.ts';
import { createTapeEngine } from './tape-engine.ts';

export function createWasmEngine(): Promise<Engine> {
  return createTapeEngine('wasm');
}
