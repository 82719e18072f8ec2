// What the command line tells of sentiment and topics, from a build with the shipped models.
import { join } from 'node:path';
import test from 'ava';
import { engram } from '../../support/engram-process.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

const DOCUMENTS = {
  'docs/rome.txt': 'The Grand Hotel in Rome was wonderful. Maria Rossi, who runs the Grand Hotel, is a delightful host.',
  'docs/again.txt': 'We went back to the Grand Hotel in Rome. It was excellent, and Maria Rossi was charming.',
  'docs/oslo.txt': 'British Airways is a terrible airline. The flight was dreadful and British Airways lost my bag.',
};

test('who is spoken of how, in which words, and what documents are about', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFiles(folder, DOCUMENTS);
  const [docs, out, plain] = [join(folder, 'docs'), join(folder, 'out'), join(folder, 'plain')];
  const built = await engram(['build', docs, '--out', out, '--store', 'jsonl', '--sentiment']);
  t.is(built.code, 0, built.err);
  t.regex(built.out, /sentiment and topics \d/);
  const json = async <T>(...args: readonly string[]): Promise<T> => JSON.parse((await engram([...args, '--dir', out, '--json'])).out) as T;

  const { entities } = await json<{ readonly entities: readonly { readonly name: string; readonly score: number; readonly positive: number; readonly negative: number }[] }>('sentiment');
  t.true(entities.find(({ name }) => name === 'Grand Hotel')!.score > 0.35);
  t.true(entities.find(({ name }) => name === 'British Airways')!.score < -0.35);
  const one = await engram(['sentiment', 'British Airways', '--dir', out]);
  t.regex(one.out, /^British Airways ORG +−0\.\d+ +0 well, \d badly, of \d mentions/);
  t.regex(one.out, /“British Airways is a terrible airline\.”/);

  const why = await json<{ readonly score: number; readonly sentences: readonly { readonly score: number; readonly words: readonly { readonly text: string; readonly effect: number }[] }[] }>('explain', '--sentiment', 'oslo.txt');
  t.true(why.score < -0.35);
  t.true(why.sentences[0]!.words.some(({ text, effect }) => text === 'terrible' && effect < 0));

  const { origin, topics } = await json<{ readonly origin: string; readonly topics: readonly { readonly label: string; readonly documents: number }[] }>('topics');
  t.is(origin, 'communities');
  t.is(topics.length, 1);
  const [{ label, documents }] = topics as [(typeof topics)[0]];
  t.is(documents, 2);
  t.regex(label, /Grand Hotel/);
  t.regex((await engram(['topics', label, '--dir', out])).out, /again\.txt[^]*rome\.txt|rome\.txt[^]*again\.txt/);
  const found = await json<{ readonly entities: readonly { readonly name: string }[] }>('search', 'Grand Hotel British Airways', '--topic', label);
  t.true(found.entities.length > 0);
  t.false(found.entities.some(({ name }) => name === 'British Airways'));
  const unknown = await engram(['topics', 'nothing', '--dir', out]);
  t.is(unknown.code, 2);
  t.regex(unknown.err, /ENGRAM_GRAPH_UNKNOWN_TOPIC/);

  await engram(['build', docs, '--out', plain, '--store', 'jsonl']);
  const none = await engram(['sentiment', '--dir', plain]);
  t.is(none.code, 2);
  t.regex(none.err, /--sentiment/);
});
