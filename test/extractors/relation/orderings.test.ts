import test from 'ava';
import type { LabelledPassage } from '../../../extractors/relation/labelled-passages.ts';
import { otherOrder } from '../../../extractors/relation/orderings.ts';

/** Mentions in brackets with their label: "[PER Ada] slept". */
function sentenceOf(marked: string): LabelledPassage {
  const tokens: string[] = [];
  const mentions: { start: number; end: number; label: string }[] = [];
  for (const [, label, inside, word] of marked.matchAll(/\[([A-Z]+) ([^\]]+)\]|(\S+)/g)) {
    const words = inside?.split(' ') ?? [word!];
    if (label !== undefined) mentions.push({ start: tokens.length, end: tokens.length + words.length, label });
    tokens.push(...words);
  }
  return {
    tokens, mentions, sentences: [[0, tokens.length]], clusters: mentions.map((_, i) => [i]), relations: [],
    annotated: new Set(), completeness: 1, negatives: [], unknown: [], document: 'd', source: 'here', weight: 1,
  };
}

const markedOf = ({ tokens, mentions }: LabelledPassage): string => {
  const at = (token: number, edge: 'start' | 'end'): number => mentions.findIndex((mention) => mention[edge] === token);
  return tokens.map((word, i) => `${at(i, 'start') >= 0 ? `[${mentions[at(i, 'start')]!.label} ` : ''}${word}${at(i + 1, 'end') >= 0 ? ']' : ''}`).join(' ');
};

for (const [given, expected] of [
  ['[PER Ada] was born on [TIME 4 May 1900] in [LOC Oslo] .', '[PER Ada] was born in [LOC Oslo] on [TIME 4 May 1900] .'],
  ['[PER Ada] was born in [LOC Oslo] on [TIME 4 May 1900] .', '[PER Ada] was born on [TIME 4 May 1900] in [LOC Oslo] .'],
  ['[PER Ada] , born [TIME 4 May 1900] in [LOC Oslo] , [LOC Norway] , slept .', '[PER Ada] , born in [LOC Oslo] , [LOC Norway] , on [TIME 4 May 1900] , slept .'],
  ['[PER Ada] died in [LOC Oslo] , [LOC Norway] , on [TIME Monday] .', '[PER Ada] died on [TIME Monday] in [LOC Oslo] , [LOC Norway] .'],
] as const) {
  test(`"${given}" also reads the other way round`, (t) => t.is(markedOf(otherOrder(sentenceOf(given))[0]!), expected));
}

test('phrases that do not stand side by side stay where they are', (t) => {
  for (const text of ['[PER Ada] was born in [LOC Oslo] .', '[PER Ada] left [LOC Oslo] in [TIME 1900] .', 'In [TIME 1900] [PER Ada] left for [LOC Oslo] .']) t.deepEqual(otherOrder(sentenceOf(text)), []);
});
