import test from 'ava';
import { statementOf, type QuestionWord } from '../../../extractors/question/statement.ts';

/** Names stand in square brackets. */
function said(question: string): string | undefined {
  let things = 0;
  const words = question.split(' ').map((text): QuestionWord => (text.startsWith('[') ? { text: text.slice(1, -1), thing: things++ } : { text }));
  const names = words.filter(({ thing }) => thing !== undefined).map(({ text }) => text);
  const statement = statementOf(words);
  if (statement === undefined) return undefined;
  const asked = [...statement.answers].map(([label, preposition]) => `${preposition && `${preposition} `}${label}`).join('|');
  return statement.parts.map((part) => ('word' in part ? part.word : 'thing' in part ? names[part.thing] : `<${asked}>`)).join(' ');
}

const STATEMENTS: Readonly<Record<string, string>> = {
  'Where was [Ada] born ?': 'Ada was born <in LOC|at ORG>',
  'And where did [Ada] study ?': 'Ada studied <in LOC|at ORG>',
  'When did [Ada] die ?': 'Ada died <in TIME>',
  'Who was [Ada] married to ?': 'Ada was married to <PER|ORG>',
  'Who founded [Acme] ?': '<PER|ORG> founded Acme',
  'Who are [Ada] \'s parents ?': '<PER|ORG> is Ada \'s parent',
  'Who is the wife of [Bob] ?': '<PER|ORG> is the wife of Bob',
  'Where is the headquarters of [Acme] ?': 'the headquarters of Acme is <in LOC|at ORG>',
  'Where is [Acme] \'s headquarters ?': 'Acme \'s headquarters is <in LOC|at ORG>',
  'Which company did [Ada] found ?': 'Ada founded <at ORG>',
  'In which city was [Ada] born ?': 'Ada was born <in LOC>',
  'In which year was [Acme] founded ?': 'Acme was founded <in TIME>',
  'Which company did [Ada] work for ?': 'Ada worked for <ORG>',
  'What did [Ada] write ?': 'Ada wrote <MISC|ORG|LOC|PER>',
  'Where does [Ada] study ?': 'Ada studies <in LOC|at ORG>',
  'Did [Ada] work at [Acme] ?': 'Ada worked at Acme',
  'Was [Ada] born in [Oslo] ?': 'Ada was born in Oslo',
  'Who won the [Medal] ?': '<PER|ORG> won the Medal',
};

for (const [question, statement] of Object.entries(STATEMENTS)) test(`'${question}' asks for '${statement}'`, (t) => t.is(said(question), statement));

test('what asks for no thing is no question', (t) => {
  for (const question of ['How old is [Ada] ?', 'Why ?', '[Ada] died .', '', '? ?', 'and so']) t.is(said(question), undefined, question);
});
