// A process that reads documents, and is brought down by some.
import { readForParent } from '../../pipeline/extraction-process.ts';
import { createTroubledStages } from './troubled-stages.ts';

readForParent(async () => createTroubledStages());
