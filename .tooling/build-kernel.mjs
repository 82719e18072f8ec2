// Compiles the LSTM kernel: extractors/engine/lstm-kernel.as.ts → lstm-kernel.wasm (committed, so that users need no compiler).
import asc from 'assemblyscript/asc';

const { error, stderr } = await asc.main([
  'extractors/engine/lstm-kernel.as.ts', '--outFile', 'extractors/engine/lstm-kernel.wasm',
  '--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '16', '--use', 'abort=',
]);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
