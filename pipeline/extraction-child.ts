// The process in which a build reads documents.
import { readForParent } from './extraction-process.ts';
import { createStages } from './stages.ts';

readForParent(createStages);
