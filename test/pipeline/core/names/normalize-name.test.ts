import test from 'ava';
import type { EntityType } from '../../../../pipeline/core/model.ts';
import { displayName, normalizeName } from '../../../../pipeline/core/names/normalize-name.ts';

for (const [type, surface, expected] of [
  ['PER', 'Dr. Grace Hopper', 'grace hopper'],
  ['PER', 'Rear Admiral Grace Hopper', 'grace hopper'],
  ['PER', "Grace Hopper's", 'grace hopper'],
  ['PER', 'Professor Sir Maurice Wilkes', 'maurice wilkes'],
  ['PER', 'J.P. Eckert', 'j p eckert'],
  ['PER', 'J. Presper Eckert', 'j presper eckert'],
  ['PER', "O’Neill", 'oneill'],
  ['PER', 'Lech Wałęsa', 'lech walesa'],
  ['PER', 'Gottfried Wilhelm Leibniz, PhD', 'gottfried wilhelm leibniz'],
  ['PER', 'Countess of Lovelace', 'countess of lovelace'],
  ['PER', 'General', 'general'],
  ['ORG', 'International Business Machines Corporation', 'international business machines'],
  ['ORG', 'Apple Computer, Inc.', 'apple computer'],
  ['ORG', 'J. Lyons & Co.', 'j lyons'],
  ['ORG', 'the Hewlett-Packard Company', 'hewlett packard'],
  ['ORG', 'I.B.M.', 'ibm'],
  ['ORG', 'AT&T', 'at and t'],
  ['ORG', 'The Company', 'company'],
  ['LOC', 'U.S.', 'united states'],
  ['LOC', 'Swedish', 'sweden'],
  ['MISC', 'Swedish', 'swedish'],
  ['LOC', 'Zürich', 'zurich'],
  ['MISC', 'C++', 'c++'],
  ['MISC', '…', '…'],
] as [EntityType, string, string][]) {
  test(`${type} '${surface}' is '${expected}'`, (t) => t.is(normalizeName(surface, type), expected));
}

test('a person is shown without title and possessive', (t) => {
  t.is(displayName('Rear Admiral Grace Hopper', 'PER'), 'Grace Hopper');
  t.is(displayName('Turing’s', 'PER'), 'Turing');
  t.is(displayName('Dr. Hopper', 'PER'), 'Hopper');
  t.is(displayName('Grace Murray Hopper', 'PER'), 'Grace Murray Hopper');
  t.is(displayName("Lloyd's", 'ORG'), "Lloyd's");
});
