// Seeded hostile inputs: files that are broken, bent or made to do harm, and names that are statements of Cypher.
import { gzipSync } from 'node:zlib';
import { createRandom, type Random } from '../../pipeline/core/random.ts';

export interface HostileInput {
  /** Of the file, with an extension that Engram reads. */
  readonly name: string;
  /** What is wrong with it. */
  readonly kind: string;
  readonly bytes: Uint8Array;
}

const PROTOTYPE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty'];
const NAMES = ['Ada Lovelace', 'Grace Hopper', 'IBM', 'New York City', 'constructor', 'toString', '__proto__', "O'Neil", '"; DROP', 'Zo\u0301e\u0301', '\u202eecarG', '=1+1', '-5', '\ud83d\ude00'];
const WORDS = 'was born in worked for joined the company of and met 1906 on 9 December studied at $2.5 million, U.S. e.g. (who) -- … . ! ?'.split(' ');
const CONTROL = ['\u0001', '\u0007', '\u001b[31m', '\u007f', '\u0085', '\u2028', '\u2029', '\u200b', '\u200d', '\ufeff', '\u00ad'];
const BIDI = ['\u202a', '\u202b', '\u202d', '\u202e', '\u2066', '\u2067', '\u2069', '\u202c'];

const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)]!;
const times = (count: number, make: (at: number) => string): string => Array.from({ length: count }, (_, at) => make(at)).join('');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

/** A sentence or two that would be read but for what is done to it. */
function prose(random: Random): string {
  return `${times(4 + random.integer(12), () => `${random.next() < 0.3 ? pick(random, NAMES) : pick(random, WORDS)} `)}.`;
}

function mixedIn(random: Random, signs: readonly string[]): string {
  return [...prose(random)].map((sign) => (random.next() < 0.2 ? pick(random, signs) + sign : sign)).join('');
}

function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  for (let n = 0; n < 1 + random.integer(4); n++) copy[random.integer(copy.length)] = random.integer(256);
  return copy;
}

const record = (random: Random): string => JSON.stringify({ id: String(random.integer(5)), text: prose(random), title: pick(random, NAMES) });
const quotedCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

type Make = (random: Random) => readonly [extension: string, bytes: Uint8Array];
const texts: Readonly<Record<string, (random: Random) => string>> = {
  'control characters': (random) => mixedIn(random, CONTROL),
  'bidi marks': (random) => mixedIn(random, BIDI),
  zalgo: (random) => [...prose(random)].map((sign) => sign + times(random.integer(30), () => String.fromCharCode(0x300 + random.integer(0x70)))).join(''),
  'one long word': (random) => pick(random, ['a', 'A.', "'", '-', '(', '汉', '😀', '1,', '&']).repeat(200 + random.integer(2000)),
  'only white space': (random) => times(1 + random.integer(500), () => pick(random, [' ', '\n', '\t', '\u00a0', '\u2003'])),
  'a name that is Cypher': (random) => `${hostileName(random)} was born in New York City.`,
  'private use and unassigned': (random) => mixedIn(random, ['\ue000', '\u{10ffff}', '\u{e0001}', '\uffff', '\ufffe']),
};
const pages: Readonly<Record<string, (random: Random) => string>> = {
  'HTML 10,000 deep': (random) => `${pick(random, ['<div>', '<b>', '<p><i>', '<table><td>', '<ul><li>']).repeat(10_000)}${prose(random)}`,
  'HTML never closed': (random) => `<html><${pick(random, ['title', 'script', 'style', 'textarea', 'a href="', '!--', 'pre', 'svg'])}>${prose(random)}<`,
  'HTML closed too often': (random) => `${prose(random)}${'</b></p></script>'.repeat(2000)}`,
  'HTML scripts': (random) => `<p onload=alert(1)>${prose(random)}<script>alert("${pick(random, NAMES)}")</script><img src=x onerror=alert(1)><iframe srcdoc="<p>x">`,
  'HTML entities': (random) => `<p>${times(20 + random.integer(50), () => pick(random, ['&amp', '&#0;', '&#xD800;', '&#99999999;', '&nosuch;', '&lt;script&gt;', '&#x202e;', '& ']))}${prose(random)}`,
  'HTML attributes': (random) => `<p ${times(2000, (at) => `a${at}=${random.integer(9)} `)}__proto__=1 constructor=2>${prose(random)}`,
};
const lines: Readonly<Record<string, (random: Random) => string>> = {
  'JSON deep': (random) => `{"text": ${JSON.stringify(prose(random))}, "x": ${'['.repeat(5000)}${random.next() < 0.5 ? ']'.repeat(5000) : ''}}`,
  'JSON cut': (random) => `${record(random)}\n${record(random).slice(0, 1 + random.integer(30))}`,
  'JSON said twice': (random) => `{"text": "a", "text": ${JSON.stringify(prose(random))}, "id": 1, "id": 1}\n${record(random)}\n${record(random)}`,
  'JSON numbers': (random) => `{"text": ${JSON.stringify(prose(random))}, "id": ${pick(random, ['1e999', '-0', '9007199254740993', '1e-999', '123456789012345678901234567890', '0x1', 'NaN'])}}`,
  'JSON prototype keys': (random) => `{"text": ${JSON.stringify(prose(random))}, "${pick(random, PROTOTYPE_KEYS)}": ${pick(random, ['{"polluted": 1}', '"x"', 'null', '[1]'])}, "__proto__": {"text": "polluted"}}`,
  'JSON of other kinds': (random) => times(5, () => `${pick(random, ['null', '[]', '"text"', '1', 'true', '{}', '{"text": null}', '{"text": {}}', '{"text": "a", "id": []}'])}\n`),
  'JSON lone surrogates': (random) => `{"text": "${prose(random).replaceAll('"', '')} \\ud800 Ada\\udfff Lovelace", "\\ud801": "x", "title": "\\udc00"}`,
};
const tables: Readonly<Record<string, (random: Random) => string>> = {
  'CSV ragged': (random) => `id,text\n${times(5, (at) => `${at}${',x'.repeat(random.integer(4))}\n`)}`,
  'CSV unclosed quote': (random) => `id,text\n1,"${prose(random).replaceAll('"', '')}\n2,x\n3,"${'y\n'.repeat(random.integer(50))}`,
  'CSV huge field': (random) => `id,text\n1,${quotedCell('x '.repeat(40_000 + random.integer(40_000)))}\n2,${quotedCell(prose(random))}\n`,
  'CSV formulas': (random) => `id,text,=cmd|' /C calc'!A0\n${pick(random, ['=1+1', '@SUM(A1)', '+1', '-1', '\t=1'])},${quotedCell(prose(random))},=HYPERLINK("http://x")\n`,
  'CSV prototype headers': (random) => `${PROTOTYPE_KEYS.join(',')},text\n${'x,'.repeat(PROTOTYPE_KEYS.length)}${quotedCell(prose(random))}\n`,
  'CSV of many columns': (random) => `text${times(3000, (at) => `,c${at}`)}\n${quotedCell(prose(random))}${',1'.repeat(3000)}\n`,
  'CSV of stray quotes': (random) => `text\n${times(20, () => `${pick(random, ['"', 'a"b', '""', '"a"b', '"a', 'a'])}\n`)}`,
};
const files: Readonly<Record<string, Make>> = {
  'random bytes': (random) => [pick(random, ['txt', 'html', 'jsonl', 'csv', 'md', 'tsv', 'txt.gz']), Uint8Array.from({ length: random.integer(2000) }, () => random.integer(256))],
  'broken UTF-8': (random) => ['txt', damaged(random, bytesOf(`${prose(random)} é 汉 😀`))],
  'overlong and lone UTF-8': (random) => ['txt', Buffer.concat([bytesOf(prose(random)), Buffer.from(pick(random, ['c080', 'eda080', 'f8888080', 'fe', 'f4908080', 'e282']), 'hex')])],
  'UTF-16': (random) => ['txt', Buffer.concat([Buffer.from(random.next() < 0.7 ? 'fffe' : '', 'hex'), Buffer.from(prose(random), 'utf16le')])],
  'marks in front': (random) => [pick(random, ['txt', 'jsonl', 'csv']), Buffer.concat([Buffer.from('efbbbf'.repeat(1 + random.integer(3)), 'hex'), bytesOf(`text\n${prose(random)}`)])],
  NUL: (random) => [pick(random, ['txt', 'csv', 'jsonl']), bytesOf(`text\n${prose(random)}\u0000${prose(random)}`)],
  empty: (random) => [pick(random, ['txt', 'html', 'jsonl', 'csv', 'txt.gz']), new Uint8Array(0)],
  'gzip cut': (random) => ['jsonl.gz', gzipSync(bytesOf(times(20, () => `${record(random)}\n`))).subarray(0, 20 + random.integer(200))],
  'gzip damaged': (random) => ['txt.gz', damaged(random, gzipSync(bytesOf(prose(random))))],
  'gzip joined': (random) => ['txt.gz', Buffer.concat([gzipSync(bytesOf(prose(random))), gzipSync(bytesOf(prose(random))), random.next() < 0.5 ? bytesOf('rest') : new Uint8Array(0)])],
  'gzip in gzip': (random) => ['txt.gz', gzipSync(gzipSync(bytesOf(prose(random))))],
  'gzip bomb': (random) => [pick(random, ['txt.gz', 'jsonl.gz', 'csv.gz']), gzipSync(Buffer.alloc(4 * 1024 * 1024, 'a'))],
  'endless line': (random) => [pick(random, ['jsonl', 'csv', 'tsv']), Buffer.concat([bytesOf('text\n'), Buffer.alloc(300_000, pick(random, ['a', '{', '"', '[']))])],
};
const MAKERS: readonly (readonly [kind: string, make: Make])[] = [
  ...Object.entries(files),
  ...Object.entries(texts).map(([kind, make]): [string, Make] => [kind, (random) => [pick(random, ['txt', 'md', 'html']), bytesOf(make(random))]]),
  ...Object.entries(pages).map(([kind, make]): [string, Make] => [kind, (random) => ['html', bytesOf(make(random))]]),
  ...Object.entries(lines).map(([kind, make]): [string, Make] => [kind, (random) => ['jsonl', bytesOf(make(random))]]),
  ...Object.entries(tables).map(([kind, make]): [string, Make] => [kind, (random) => ['csv', bytesOf(make(random))]]),
];

/** Every kind in turn. */
export function* hostileInputs(count: number, seed: number): Generator<HostileInput> {
  const random = createRandom(seed);
  for (let at = 0; at < count; at++) {
    const [kind, make] = MAKERS[at % MAKERS.length]!;
    const [extension, bytes] = make(random);
    yield { name: `${String(at).padStart(5, '0')}.${extension}`, kind, bytes };
  }
}

const BREAKOUTS = ["'}) DETACH DELETE e //", '"}) DETACH DELETE e //', '`) DETACH DELETE n //', "' OR 1=1 //", "'; MATCH (n) DETACH DELETE n; //", '\\', "\\'}) DETACH DELETE e //", '$ids', '{id}', '*/ MATCH (n) DETACH DELETE n /*', '\u0000', '\\u0027}) DETACH DELETE e //', '`', '``) DETACH DELETE n //', '\n', 'ʼ}) DETACH DELETE e //'];
const STARTS = ['Canary', 'Person', '', 'constructor', '__proto__', 'toString', 'a', 'EngramEntity', 'x\u202e', '\ud800'];

/** A name, label or type that would leave the quotes around it. */
export function hostileName(random: Random): string {
  return pick(random, STARTS) + times(1 + random.integer(3), () => pick(random, BREAKOUTS)) + (random.next() < 0.3 ? String(random.integer(1000)) : '');
}
