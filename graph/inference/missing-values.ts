// Missing dates and numbers, from how values go together in the graph: within an entity ("who died was born so many years before") and along a fact ("a child is so
// many years younger"). What the differences were is all that is known of the next one: between the k-th least and the k-th greatest of n it lies with the
// probability (n + 1 − 2k) / (n + 1), whatever their distribution (conformal prediction: Vovk et al. 2005).
import type { Attribute, Entity, EntityType } from '../../pipeline/core/model.ts';
import { compareText } from '../evidence.ts';
import type { KnowledgeGraph } from '../knowledge-graph.ts';
import { refOf, type EntityRef } from '../query/related.ts';
import { stepText, type LinkTable, type Step } from './patterns.ts';

/** A value that no document states. */
export interface MissingValue {
  readonly inferred: true;
  readonly subject: EntityRef;
  readonly name: string;
  readonly unit?: string;
  readonly kind: 'date' | 'number';
  /** Years of a date. The value lies between them … */
  readonly low: number;
  readonly high: number;
  /** … with this probability, as far as the value that it is taken from is right. */
  readonly probability: number;
  readonly pattern: string;
  /** Differences that the pattern rests on. */
  readonly support: number;
  readonly from: EntityRef & { readonly name: string; readonly attribute: string; readonly value: string };
}

export interface MissingValueOptions {
  /** Only values of these: what not everything has may be missing because it is not so. */
  readonly names: ReadonlySet<string>;
  /** Fewer differences prove nothing. */
  readonly leastSupport?: number;
}

interface Known {
  readonly attribute: Attribute;
  /** Years of a date, the logarithm of a number. */
  readonly position: number;
}

/** Where a value is looked for: the entity itself, or what a fact joins it with. */
interface Source {
  readonly step: Step | undefined;
  readonly entity: Entity;
  /** That the fact holds. */
  readonly probability: number;
}

/** At either end at most this share of the differences is cut off. */
const TAIL = 0.15;
/** A date that may lie in a longer span, or a number in a wider ratio, is not known at all. */
const WIDEST_YEARS = 50;
const WIDEST_RATIO = 4;

/** Narrowest first. */
export function missingValues(graph: KnowledgeGraph, table: LinkTable, { names, leastSupport = 8 }: MissingValueOptions): MissingValue[] {
  const entities = graph.entities();
  const known = new Map(entities.map((entity) => [entity.id, knownValues(entity)]));
  const sourcesOf = (entity: Entity): Source[] => [
    { step: undefined, entity, probability: 1 },
    ...(table.from.get(entity.id) ?? []).map(({ step, to, fact }) => ({ step, entity: graph.entity(to)!, probability: fact.probability })),
  ];
  const differences = new Map<string, number[]>();
  const examples = new Map<EntityType, Map<string, Attribute>>();
  for (const entity of entities) {
    for (const [name, target] of known.get(entity.id)!) {
      if (!names.has(target.attribute.name)) continue;
      examples.set(entity.type, (examples.get(entity.type) ?? new Map<string, Attribute>()).set(name, target.attribute));
      for (const { step, entity: other } of sourcesOf(entity)) {
        for (const [from, source] of known.get(other.id)!) {
          if ((step === undefined && from === name) || source.attribute.kind !== target.attribute.kind) continue;
          const key = keyOf(entity.type, step, from, name);
          const known = differences.get(key);
          if (known === undefined) differences.set(key, [target.position - source.position]);
          else known.push(target.position - source.position);
        }
      }
    }
  }
  const bounds = new Map<string, Bounds>();
  for (const [key, all] of differences) if (all.length >= leastSupport) bounds.set(key, boundsOf(all));
  return entities
    .flatMap((entity) => {
      const own = known.get(entity.id)!;
      return [...(examples.get(entity.type) ?? [])].flatMap(([name, example]) => {
        if (own.has(name)) return [];
        const found = sourcesOf(entity).flatMap(({ step, entity: other, probability }) =>
          [...known.get(other.id)!].flatMap(([from, source]) => {
            const its = bounds.get(keyOf(entity.type, step, from, name));
            return its === undefined || source.attribute.kind !== example.kind ? [] : [valueFrom(graph, entity, example, step, other, source, probability, its)];
          }),
        );
        return found.filter(isNarrow).sort(narrower).slice(0, 1);
      });
    })
    .sort((a, b) => narrower(a, b) || compareText(a.subject.id, b.subject.id) || compareText(a.name, b.name));
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly probability: number;
  readonly support: number;
}

function boundsOf(differences: readonly number[]): Bounds {
  const sorted = [...differences].sort((a, b) => a - b);
  const cut = Math.max(1, Math.floor(TAIL * (sorted.length + 1)));
  return { low: sorted[cut - 1]!, high: sorted.at(-cut)!, probability: (sorted.length + 1 - 2 * cut) / (sorted.length + 1), support: sorted.length };
}

function valueFrom(graph: KnowledgeGraph, entity: Entity, { name, unit, kind }: Attribute, step: Step | undefined, other: Entity, { attribute, position }: Known, holds: number, { low, high, probability, support }: Bounds): MissingValue {
  const back = (value: number): number => (kind === 'date' ? Math.round(value) : Math.exp(value));
  return {
    inferred: true,
    subject: refOf(graph, entity.id),
    name,
    ...(unit === undefined ? {} : { unit }),
    kind: kind as MissingValue['kind'],
    low: back(position + low),
    high: back(position + high),
    probability: probability * holds * attribute.probability,
    pattern: `${step === undefined ? '' : `${stepText(step)}, `}${attribute.name} ⇒ ${name}`,
    support,
    from: { ...refOf(graph, other.id), attribute: attribute.name, value: attribute.value },
  };
}

const keyOf = (type: EntityType, step: Step | undefined, from: string, name: string): string => [type, step === undefined ? '' : stepText(step), from, name].join('\t');

const widthOf = ({ kind, low, high }: MissingValue): number => (kind === 'date' ? (high - low) / WIDEST_YEARS : Math.log(high / low) / Math.log(WIDEST_RATIO));
const isNarrow = (value: MissingValue): boolean => widthOf(value) <= 1;
const narrower = (a: MissingValue, b: MissingValue): number => widthOf(a) - widthOf(b) || b.probability - a.probability;

/** The surest value of each name, where it has one that can be reckoned with. */
function knownValues({ attributes }: Entity): ReadonlyMap<string, Known> {
  const known = new Map<string, Known>();
  for (const attribute of attributes) {
    const position = attribute.kind === 'date' ? yearsOf(attribute.value) : attribute.kind === 'number' && Number(attribute.value) > 0 ? Math.log(Number(attribute.value)) : Number.NaN;
    const key = attribute.unit === undefined ? attribute.name : `${attribute.name} ${attribute.unit}`;
    if (!Number.isNaN(position) && !known.has(key)) known.set(key, { attribute, position });
  }
  return known;
}

/** @param value ISO 8601, of any precision */
function yearsOf(value: string): number {
  const [year, month = '7', day = '1'] = value.split('-');
  return /^\d{1,4}$/.test(year!) ? Number(year) + (Number(month) - 1) / 12 + (Number(day) - 1) / 365 : Number.NaN;
}
