// The process in which an engine is tried: `engine-probe-child KIND`.
import type { Engine } from './engine.ts';
import { examineEngine } from './index.ts';

const report = await examineEngine(process.argv[2] as Engine['kind']);
process.send!(report, () => process.exit());
