// Which documents are gone when inputs are named again.
import test from 'ava';
import type { DocumentId } from '../../pipeline/core/model.ts';
import { findRemoved, mergeInputs, type RemovalQuestion } from '../../pipeline/removal.ts';

const record = (id: string, uri: string) => ({ id: id as DocumentId, uri });
const ask = (question: Partial<RemovalQuestion>): string[] =>
  findRemoved({ journalled: [], current: new Set(), named: [], before: [], unreadable: new Set(), ...question });

test('a file that its folder no longer holds is gone; one that was not named stays', (t) => {
  const removed = ask({
    journalled: [record('a', 'docs/a.txt'), record('b', 'docs/b.txt'), record('x', 'other/x.txt')],
    current: new Set(['a' as DocumentId]),
    named: [{ argument: 'docs', files: ['docs/a.txt'] }],
    before: [{ argument: 'docs', files: ['docs/a.txt', 'docs/b.txt'] }, { argument: 'other', files: ['other/x.txt'] }],
  });
  t.deepEqual(removed, ['b']);
});

test('a row that vanished from its file is gone', (t) => {
  const removed = ask({
    journalled: [record('r1', 'rows.csv#2'), record('r2', 'rows.csv#3')],
    current: new Set(['r1' as DocumentId]),
    named: [{ argument: 'rows.csv', files: ['rows.csv'] }],
  });
  t.deepEqual(removed, ['r2']);
});

test('a file that could not be read this time keeps its documents', (t) => {
  const removed = ask({
    journalled: [record('a', 'docs/a.txt')],
    named: [{ argument: 'docs', files: ['docs/a.txt'] }],
    unreadable: new Set(['docs/a.txt']),
  });
  t.deepEqual(removed, []);
});

test('standard input removes nothing', (t) => {
  t.deepEqual(ask({ journalled: [record('a', 'stdin#1')], named: [{ argument: '-', files: ['stdin'] }] }), []);
});

test('a number sign inside a file name is not taken for a row', (t) => {
  const named = [{ argument: 'docs', files: ['docs/c#.txt'] }];
  t.deepEqual(ask({ journalled: [record('a', 'docs/c#.txt')], current: new Set(['a' as DocumentId]), named }), []);
  t.deepEqual(ask({ journalled: [record('a', 'docs/c#.txt')], named }), ['a']);
});

test('inputs named now replace what was known of them; while a run goes on both count', (t) => {
  const before = [{ argument: 'docs', files: ['b'] }, { argument: 'other', files: ['x'] }];
  const named = [{ argument: 'docs', files: ['a'] }];
  t.deepEqual(mergeInputs(before, named, false), [{ argument: 'docs', files: ['a'] }, { argument: 'other', files: ['x'] }]);
  t.deepEqual(mergeInputs(before, named, true), [{ argument: 'docs', files: ['a', 'b'] }, { argument: 'other', files: ['x'] }]);
});
