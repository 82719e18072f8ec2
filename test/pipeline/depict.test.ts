import test from 'ava';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { depict } from '../../pipeline/depict.ts';
import { drawnGraph } from '../support/drawn-graph.ts';

const svgOf = async (lines: readonly string[], around: readonly string[] = [], limit?: number): Promise<string> => {
  const { piece } = await depict({ graph: drawnGraph(lines), documents: new Map() }, 'some/folder', DEFAULT_CONFIG, 'svg', { around, ...(limit === undefined ? {} : { limit }) });
  return piece.content as string;
};

test('a picture says what it is of, and whether there is more', async (t) => {
  const lines = ['ada knows bob 0.9', 'bob knows eve 0.9', 'eve knows tom 0.9', 'tom knows zoe 0.9'];
  const all = await svgOf(lines);
  t.true(all.includes('<title>folder</title>') && all.includes('>5 entities, 4 facts</text>'));
  t.true((await svgOf(lines, ['ada'])).includes('>3 entities, 2 facts</text>'));
  t.true((await svgOf(lines, ['ada', 'zoe'], 3)).includes('>3 entities, 1 fact; the nearest within 2 steps; there are more</text>'));
});

test('all of a graph is drawn where it is small; where it is not, the error names what could be shown', async (t) => {
  const linesOf = (count: number): string[] => Array.from({ length: count - 1 }, (_, at) => `hub knows n${at} 0.9`);
  t.true((await svgOf(linesOf(200))).includes('>200 entities, 199 facts</text>'));
  await t.throwsAsync(() => svgOf(linesOf(201)), { instanceOf: EngramError, message: /^The graph has 201 entities with facts, and a picture shows at most 200: .*--around "hub"\.$/ });
});
