// Compiles the WASM kernels, NAME.as.ts → NAME.wasm in extractors/engine (committed, so that users need no compiler).
import asc from 'assemblyscript/asc';

for (const name of ['lstm-kernel', 'crf-kernel', 'window-kernel']) {
  const { error, stderr } = await asc.main([
    `extractors/engine/${name}.as.ts`, '--outFile', `extractors/engine/${name}.wasm`,
    '--optimizeLevel', '3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '16', '--use', 'abort=',
  ]);
  if (error) {
    console.error(stderr.toString());
    process.exit(1);
  }
}
