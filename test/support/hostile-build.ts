// A process that builds a graph of hostile inputs with the real stages, and says `.` whenever it goes on: silence is a hang.
// Arguments: the folder of inputs, that of the build, bytes of the longest document.
import { runBuild } from '../../pipeline/build.ts';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';

const [inputs = '', out = '', longest = ''] = process.argv.slice(2);
const tell = (): boolean => process.stdout.write('.');
const config = {
  ...DEFAULT_CONFIG,
  extract: { ...DEFAULT_CONFIG.extract, ner: 'small', batchDocuments: 8 },
  sources: { ...DEFAULT_CONFIG.sources, maxDocumentBytes: Number(longest) },
};
await runBuild({
  inputs: [inputs],
  out,
  config,
  onProgress: tell,
});
