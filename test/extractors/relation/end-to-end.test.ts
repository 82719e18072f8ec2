import test from 'ava';
import { scorePassage, type FoundFact } from '../../../extractors/relation/end-to-end.ts';
import type { Passage } from '../../../extractors/relation/knowledgenet.ts';

const fact = (property: string, subject: [number, number], object: [number, number]): FoundFact => ({
  property,
  subject: { start: subject[0], end: subject[1] },
  object: { start: object[0], end: object[1] },
});
const passage = (properties: readonly string[], facts: readonly FoundFact[]): Passage => ({ document: '1', start: 0, text: '', properties: new Set(properties), facts: [...facts] });

const BORN = fact('PLACE_OF_BIRTH', [0, 12], [25, 31]);
const cases: readonly [what: string, gold: Passage, predicted: readonly FoundFact[], expected: Readonly<Record<string, readonly [gold: number, predicted: number, correct: number]>>][] = [
  ['an overlap of both spans is enough', passage(['PLACE_OF_BIRTH'], [BORN]), [fact('PLACE_OF_BIRTH', [4, 12], [25, 40])], { PLACE_OF_BIRTH: [1, 1, 1] }],
  ['subject and object the other way round are wrong', passage(['PLACE_OF_BIRTH'], [BORN]), [fact('PLACE_OF_BIRTH', [25, 31], [0, 12])], { PLACE_OF_BIRTH: [1, 1, 0] }],
  ['a second prediction of a fact that was found costs nothing', passage(['PLACE_OF_BIRTH'], [BORN]), [BORN, fact('PLACE_OF_BIRTH', [0, 3], [25, 28])], { PLACE_OF_BIRTH: [1, 1, 1] }],
  ['a property that the passage is not annotated for is not counted', passage(['PLACE_OF_BIRTH'], [BORN]), [fact('SPOUSE', [0, 12], [25, 31])], { PLACE_OF_BIRTH: [1, 0, 0] }],
  ['a prediction where people found nothing is wrong', passage(['SPOUSE'], []), [fact('SPOUSE', [0, 12], [25, 31])], { SPOUSE: [0, 1, 0] }],
];
for (const [what, gold, predicted, expected] of cases) {
  test(what, (t) => {
    const counts = new Map<string, { gold: number; predicted: number; correct: number }>();
    scorePassage(gold, predicted, counts);
    t.deepEqual(Object.fromEntries([...counts].map(([property, c]) => [property, [c.gold, c.predicted, c.correct]])), expected);
  });
}
