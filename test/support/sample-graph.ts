// A small corpus about two people, for tests of queries and exports.
import { buildGraph } from '../../graph/build-graph.ts';
import { extractionOf } from './graph-arbitraries.ts';

export const sampleExtractions = [
  extractionOf(
    'hopper.txt',
    '[PER Grace Hopper] was born on [TIME December 9, 1906] in [LOC New York City].\n[PER Hopper] worked for [ORG Remington Rand].',
    [['Grace Hopper', 'dateOfBirth', 'December 9, 1906', 0.9], ['Grace Hopper', 'placeOfBirth', 'New York City', 0.7], ['Hopper', 'employer', 'Remington Rand', 0.6]],
  ),
  extractionOf(
    'eckert.txt',
    '[PER J. Presper Eckert] joined [ORG Remington Rand].\nHe knew [PER Łukasz Wałęsa] & [MISC <ENIAC>].',
    [['J. Presper Eckert', 'employer', 'Remington Rand', 0.8]],
  ),
];

export const sampleGraph = () => buildGraph(sampleExtractions);
