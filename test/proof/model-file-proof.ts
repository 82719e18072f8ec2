// S12: model files that were changed.
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tagCountOf } from '../../extractors/ner/bioes.ts';
import { TAGGER_FILE, TAGGER_TASK } from '../../extractors/ner/tagger-model.ts';
import { loadTagger } from '../../extractors/ner/tagger.ts';
import { saveNetwork } from '../../extractors/network/model-file.ts';
import { WordInput } from '../../extractors/network/word-input.ts';
import { loadWordVectors } from '../../extractors/network/word-vectors.ts';
import { EngramError } from '../../pipeline/core/errors.ts';
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import type { Proof } from './proof.ts';
import { withFolder } from './with-folder.ts';

interface Header {
  [name: string]: { dtype: string; shape: number[]; data_offsets: number[] };
}

/** A model file with another header, or other bytes; `isLayout` where no digest is needed to see it. */
function mutantOf(bytes: Buffer, random: Random): { readonly kind: string; readonly isLayout: boolean; readonly bytes: Buffer } {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Header;
  const body = bytes.subarray(8 + length);
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  const [one, other] = random.shuffle(names).map((name) => header[name]!) as [Header[string], Header[string]];
  const whole = (changed = body, stated?: bigint): Buffer => {
    const json = Buffer.from(JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(stated ?? BigInt(json.length));
    return Buffer.concat([prefix, json, changed]);
  };
  const [from, to] = one.data_offsets as [number, number];
  const kinds: Readonly<Record<string, () => Buffer>> = {
    overlap: () => ((one.data_offsets = [other.data_offsets[0]!, other.data_offsets[0]! + to - from]), whole()),
    hole: () => whole(Buffer.concat([body, Buffer.alloc(1 + random.integer(64))])),
    'beyond the end': () => ((one.data_offsets = [from + body.length, to + body.length]), whole()),
    negative: () => ((one.data_offsets = [-1 - random.integer(100), to]), whole()),
    'turned round': () => ((one.data_offsets = [to, from]), whole()),
    'other type': () => ((one.dtype = one.dtype === 'F32' ? 'F16' : 'F32'), whole()),
    'unknown type': () => ((one.dtype = ['BF16', 'constructor', '__proto__', ''][random.integer(4)]!), whole()),
    'other shape': () => ((one.shape = [...one.shape, 2]), whole()),
    'huge shape': () => ((one.shape = [2 ** 53 - 1, 2 ** 53 - 1, 0.5]), whole()),
    cut: () => bytes.subarray(0, random.integer(bytes.length)),
    'long header': () => whole(body, BigInt(`${1 + random.integer(9)}`) << 60n),
    'tensor gone': () => (delete header[names[random.integer(names.length)]!], whole()),
    'layout': () => (((header['__metadata__'] as unknown as Record<string, string>)['layout'] = ['{}', '[', 'null', '{"format":"engram-network/1","task":"ner"}', '{"format":"engram-network/1","task":"ner","head":{},"layers":[{"input":1e9,"hidden":-1}],"tables":["x"],"labels":[1]}'][random.integer(5)]!), whole()),
    'bit of the header': () => withBit(bytes, random.integer(8 + length), random),
    'bit of the weights': () => withBit(bytes, 8 + length + random.integer(body.length), random),
    'two tensors changed round': () => ([one.data_offsets, other.data_offsets] = [other.data_offsets, one.data_offsets], whole()),
    'bytes of zero': () => {
      const copy = Buffer.from(bytes);
      const at = 8 + length + random.integer(body.length - 64);
      return copy.fill(copy[at] === 0 ? 1 : 0, at, at + 64);
    },
  };
  const undetectable = ['bit of the header', 'bit of the weights', 'two tensors changed round', 'bytes of zero'];
  const kind = Object.keys(kinds)[random.integer(Object.keys(kinds).length)]!;
  return { kind, isLayout: !undetectable.includes(kind), bytes: kinds[kind]!() };
}

function withBit(bytes: Buffer, place: number, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  copy[place]! ^= 1 << random.integer(8);
  return copy;
}

/** One mutant in so many is of a shipped model, which takes longer to load. */
const SHIPPED_EVERY = 50;

function writeLittleTagger(folder: string, seed: number): Buffer {
  const random = createRandom(seed);
  const { labels, tables } = loadTagger('small');
  const input = new WordInput({ ownWords: ['ada', 'grace'], characters: [...'abcdefgh'] }, loadWordVectors(), random);
  const weights = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal() / 10);
  const hidden = 2;
  const direction = () => ({ kernel: weights(input.size * 4 * hidden), recurrent: weights(hidden * 4 * hidden), bias: weights(4 * hidden) });
  const outputs = tagCountOf(labels.length);
  const path = join(folder, TAGGER_FILE);
  saveNetwork(path, { task: TAGGER_TASK, input, labels, tables, encoder: { layers: [{ inputSize: input.size, hiddenSize: hidden, forward: direction(), backward: direction() }], head: loadTagger('small').encoder.head, outputKernel: weights(2 * hidden * outputs), outputBias: weights(outputs), outputs } });
  loadTagger(folder);
  return readFileSync(path);
}

export const modelFiles: Proof = {
  id: 'S12',
  promise: 'a model file that was changed is refused: by its layout, or by the SHA-256 that is stated beside it',
  run: ({ seed, long }) =>
    withFolder(async (folder) => {
      const random = createRandom(seed);
      const shipped = 'extractors/models/small';
      const [stated, bare] = [join(folder, 'stated'), join(folder, 'bare')];
      for (const each of [stated, bare]) await mkdir(each);
      const large = await readFile(join(shipped, 'tagger.safetensors'));
      await writeFile(join(stated, 'tagger.safetensors'), large);
      await copyFile(join(shipped, 'SHA256SUMS'), join(stated, 'SHA256SUMS'));
      const isWhole = loadTagger(stated).version === loadTagger('small').version;
      // One that is quick to load, as training writes it; every so often the shipped one.
      const little = writeLittleTagger(join(folder, 'little'), seed);
      const outcomeOf = (place: string): 'loaded' | 'refused' | string => {
        try {
          loadTagger(place);
          return 'loaded';
        } catch (error) {
          return error instanceof EngramError && error.code === 'ENGRAM_MODEL_INVALID' ? 'refused' : `crash ${String(error)}`;
        }
      };
      const count = long ? 10_000 : 500;
      const bad: string[] = [];
      let [byDigest, byLayout, same] = [0, 0, 0];
      for (let at = 0; at < count; at++) {
        const isLarge = at % SHIPPED_EVERY === 0;
        const original = isLarge ? large : little;
        if (at % SHIPPED_EVERY <= 1) await copyFile(join(isLarge ? shipped : join(folder, 'little'), 'SHA256SUMS'), join(stated, 'SHA256SUMS'));
        const { kind, isLayout, bytes } = mutantOf(original, random);
        if (bytes.equals(original)) {
          same++;
          continue;
        }
        for (const place of [stated, bare]) await writeFile(join(place, 'tagger.safetensors'), bytes);
        const [withDigest, without] = [outcomeOf(stated), outcomeOf(bare)];
        if (withDigest !== 'refused') bad.push(`${kind}: ${withDigest}`);
        if (without === 'loaded' && isLayout) bad.push(`${kind} loaded without a digest`);
        if (without.startsWith('crash')) bad.push(`${kind}: ${without}`);
        if (without === 'refused') byLayout++;
        else byDigest++;
      }
      return {
        held: bad.length === 0 && isWhole,
        figures: `${count} mutants (${same} came out unchanged): 0 loaded as another model and 0 crashes but ${bad.length}; ${byLayout} refused by their layout already, ${byDigest} by the digest alone${[...new Set(bad)].slice(0, 3).map((each) => `; ${each}`).join('')}`,
        control: `without the digest ${byDigest} would have loaded`,
        controlFailed: byDigest > 0,
      };
    }),
};
