import test from 'ava';
import type { Extraction } from '../../../pipeline/core/model.ts';
import { buildGraph } from '../../../graph/build-graph.ts';
import { extractionOf } from '../../support/graph-arbitraries.ts';

/** Each entity as its type and the surfaces in it, sorted. */
function surfacesOf(...documents: readonly Extraction[]): string[] {
  return buildGraph(documents)
    .entities()
    .map(({ type, mentions }) => `${type}: ${mentions.map(({ surface }) => surface).sort().join(' | ')}`)
    .sort();
}

const rows: readonly { readonly title: string; readonly documents: readonly Extraction[]; readonly expected: readonly string[] }[] = [
  {
    title: 'a surname joins the full name of its document',
    documents: [extractionOf('a', '[PER Grace Hopper] wrote it.\nLater [PER Hopper] and [PER Rear Admiral Hopper] and [PER G. Hopper] spoke.')],
    expected: ['PER: G. Hopper | Grace Hopper | Hopper | Rear Admiral Hopper'],
  },
  {
    title: 'a surname before the only full name joins it too',
    documents: [extractionOf('a', '[PER Turing] wrote.\n[PER Alan Mathison Turing] was born. [PER Alan Turing] died. [PER Alan] ran.')],
    expected: ['PER: Alan | Alan Mathison Turing | Alan Turing | Turing'],
  },
  {
    title: 'of two bearers of a surname the one named first is meant',
    documents: [extractionOf('a', '[PER J. Presper Eckert] met [PER Wallace Eckert].\n[PER Eckert] left.\n[PER J. Presper Eckert] stayed; [PER Eckert] built.')],
    expected: ['PER: Eckert | Eckert | J. Presper Eckert | J. Presper Eckert', 'PER: Wallace Eckert'],
  },
  {
    title: 'a surname that fits two names that come later stays alone',
    documents: [extractionOf('a', '[PER Eckert] left.\n[PER John Eckert] met [PER Wallace Eckert].')],
    expected: ['PER: Eckert', 'PER: John Eckert', 'PER: Wallace Eckert'],
  },
  {
    title: 'an acronym joins its expansion in the document',
    documents: [extractionOf('a', 'The [ORG Massachusetts Institute of Technology] ([ORG MIT]) and [ORG M.I.T.] and [ORG International Business Machines Corporation], or [ORG IBM].')],
    expected: ['ORG: IBM | International Business Machines Corporation', 'ORG: M.I.T. | MIT | Massachusetts Institute of Technology'],
  },
  {
    title: 'the name beside the parenthesis decides between two expansions',
    documents: [extractionOf('a', '[ORG Mapping Institute of Tampa] and the [ORG Massachusetts Institute of Technology] ([ORG MIT]).')],
    expected: ['ORG: MIT | Massachusetts Institute of Technology', 'ORG: Mapping Institute of Tampa'],
  },
  {
    title: 'an acronym of another document joins the only expansion of the corpus',
    documents: [extractionOf('a', '[ORG Massachusetts Institute of Technology] grew.'), extractionOf('b', '[ORG MIT] grew.')],
    expected: ['ORG: MIT | Massachusetts Institute of Technology'],
  },
  {
    title: 'an acronym with two expansions in the corpus joins neither',
    documents: [extractionOf('a', '[ORG Massachusetts Institute of Technology].'), extractionOf('b', '[ORG MIT].'), extractionOf('c', '[ORG Mapping Institute of Tampa].')],
    expected: ['ORG: MIT', 'ORG: Mapping Institute of Tampa', 'ORG: Massachusetts Institute of Technology'],
  },
  {
    title: 'an acronym never joins an expansion of another type',
    documents: [extractionOf('a', '[MISC Massachusetts Institute of Technology] and [ORG MIT].')],
    expected: ['MISC: Massachusetts Institute of Technology', 'ORG: MIT'],
  },
  {
    title: 'equal names of one type are one across documents, of two types two',
    documents: [extractionOf('a', '[LOC Washington] is a city.'), extractionOf('b', '[PER George Washington] and [LOC Washington].'), extractionOf('c', '[ORG Washington].')],
    expected: ['LOC: Washington | Washington', 'ORG: Washington', 'PER: George Washington'],
  },
  {
    title: 'names that agree in middle names and initials are one across documents',
    documents: [
      extractionOf('a', '[PER Grace Hopper].'),
      extractionOf('b', '[PER Grace Murray Hopper] and [PER J. Presper Eckert].'),
      extractionOf('c', '[PER John Presper Eckert].'),
    ],
    expected: ['PER: Grace Hopper | Grace Murray Hopper', 'PER: J. Presper Eckert | John Presper Eckert'],
  },
  {
    title: 'a name that agrees with two joins neither',
    documents: [extractionOf('a', '[PER John A. Smith].'), extractionOf('b', '[PER John B. Smith].'), extractionOf('c', '[PER J. Smith].')],
    expected: ['PER: J. Smith', 'PER: John A. Smith', 'PER: John B. Smith'],
  },
  {
    title: 'a surname alone in its document joins the only bearer of the corpus',
    documents: [extractionOf('a', '[PER Alan Turing].'), extractionOf('b', '[PER Turing].')],
    expected: ['PER: Alan Turing | Turing'],
  },
  {
    title: 'a surname with no bearer or two bearers in the corpus stays in its document',
    documents: [extractionOf('a', '[PER Smith].'), extractionOf('b', '[PER Smith] and [PER Eckert].'), extractionOf('c', '[PER John Eckert].'), extractionOf('d', '[PER Wallace Eckert].')],
    expected: ['PER: Eckert', 'PER: John Eckert', 'PER: Smith', 'PER: Smith', 'PER: Wallace Eckert'],
  },
  {
    title: 'a renamed company is one',
    documents: [
      extractionOf('a', '[ORG Computing-Tabulating-Recording Company] was renamed [ORG International Business Machines] in [TIME 1924].'),
      extractionOf('b', '[ORG IBM] and [ORG Computing-Tabulating-Recording Company].'),
    ],
    expected: ['ORG: Computing-Tabulating-Recording Company | Computing-Tabulating-Recording Company | IBM | International Business Machines'],
  },
  {
    title: 'a name with several labels in one document takes that of most of its mentions',
    documents: [extractionOf('a', '[ORG Apple] and [MISC Apple] and [ORG Apple].'), extractionOf('b', '[MISC Apple].')],
    expected: ['MISC: Apple', 'ORG: Apple | Apple | Apple'],
  },
  {
    title: 'persons of one name born on different days stay two, and a document without dates goes where its company is',
    documents: [
      extractionOf('a', '[PER John Smith] of [ORG Acme Labs], born [TIME 1901].', [['John Smith', 'dateOfBirth', '1901']]),
      extractionOf('b', '[PER John Smith] of [LOC Oslo], born [TIME 3 May 1955].', [['John Smith', 'dateOfBirth', '3 May 1955']]),
      extractionOf('c', '[PER John Smith] sailed to [LOC Oslo].'),
      extractionOf('d', '[PER John Smith] sang, born in [TIME May 1955].', [['John Smith', 'dateOfBirth', 'May 1955']]),
    ],
    expected: ['LOC: Oslo | Oslo', 'ORG: Acme Labs', 'PER: John Smith', 'PER: John Smith | John Smith | John Smith'],
  },
];

for (const { title, documents, expected } of rows) {
  test(title, (t) => t.deepEqual(surfacesOf(...documents), [...expected]));
}

test('ids do not change when unrelated documents come', (t) => {
  const documents = [extractionOf('a', '[PER Grace Hopper] at [ORG Harvard].'), extractionOf('b', '[PER Hopper] in [LOC New York].')];
  const before = new Set(buildGraph(documents).entityIds());
  const after = new Set(buildGraph([...documents, extractionOf('c', '[PER Alan Turing] in [LOC London] at [ORG Bletchley Park].')]).entityIds());
  t.true([...before].every((id) => after.has(id)));
  t.is(after.size, before.size + 3);
});

test('a person is shown by the most frequent name that has a given name', (t) => {
  const [hopper] = buildGraph([extractionOf('a', '[PER Rear Admiral Grace Hopper] left. [PER Hopper] and [PER Hopper].')]).entities();
  t.is(hopper.name, 'Grace Hopper');
  t.deepEqual(hopper.aliases, ['Hopper', 'Rear Admiral Grace Hopper']);
});
