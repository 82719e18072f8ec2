// How well the shipped resolution tells things of documents apart and takes them together: the marks that README states, a little lower.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { DEFAULT_CONFIG } from '../../pipeline/core/config.ts';
import { evaluatePairs, evaluatePoured } from '../../pipeline/evaluate-resolution.ts';

const DATA = process.env['ENGRAM_DATA'];

test('pairs of documents that people judged, names as marked', async (t) => {
  const { scores, baseline } = await evaluatePairs('fixtures/resolution/plain', DEFAULT_CONFIG, true);
  t.true(scores['all']!.f1 > 86, `F1 ${scores['all']!.f1}`);
  t.true(scores['homograph']!.precision > 79, `homographs: precision ${scores['homograph']!.precision}`);
  t.true(scores['all']!.f1 > baseline['all']!.f1 + 20);
});

if (DATA !== undefined && existsSync(join(DATA, 'redocred'))) {
  test('marked documents poured into one graph', async (t) => {
    const { resolved, equalNames, acrossDocuments } = await evaluatePoured(join(DATA, 'redocred', 'test_revised.first250.json'));
    t.true(resolved.bCubed.f1 > 95, `B³ ${resolved.bCubed.f1}`);
    t.true(resolved.bCubed.f1 > equalNames.bCubed.f1 + 1);
    t.true(acrossDocuments.bCubed.recall > 85, `kept together ${acrossDocuments.bCubed.recall}`);
  });
} else {
  test('marked documents poured into one graph: SKIPPED, ENGRAM_DATA does not name the data sets', (t) => t.pass());
}
