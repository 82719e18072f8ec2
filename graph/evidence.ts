// How claims are weighed together: which provenance is the same one, and how sure all of it makes a fact.
import type { Provenance } from '../pipeline/core/model.ts';
import { KeyedList, type Kind } from './keyed-list.ts';

/** Compares by code units: the same order on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Two claims of one extractor about the same words of the same document are one claim. */
export function provenanceKey(p: Provenance): string {
  return `${p.documentId} ${p.head[0]} ${p.head[1]} ${p.tail[0]} ${p.tail[1]} ${p.extractor}`;
}

/** In order of document, then position, then extractor. */
export function compareProvenance(a: Provenance, b: Provenance): number {
  return (
    compareText(a.documentId, b.documentId) ||
    a.start - b.start ||
    a.head[0] - b.head[0] ||
    a.tail[0] - b.tail[0] ||
    compareText(provenanceKey(a), provenanceKey(b))
  );
}

/** How much a further document counts beside the surest: fitted on facts that two or more documents of Re-DocRED state. */
const FURTHER_DOCUMENT = 0.5;

/**
 * Damped noisy-or over documents: 1 − (1 − p₁) · Π (1 − pᵢ)^0.5, p₁ the surest. A document counts once, with its best score, since its
 * sentences are not independent; nor are documents wholly.
 */
export function combinedProbability(provenance: readonly Provenance[]): number {
  const best = new Map<string, number>();
  for (const { documentId, score } of provenance) best.set(documentId, Math.max(best.get(documentId) ?? 0, clamp(score)));
  const [surest = 0, ...others] = [...best.values()].sort((a, b) => b - a);
  return others.length === 0 ? surest : 1 - others.reduce((noneHolds, score) => noneHolds * (1 - score) ** FURTHER_DOCUMENT, 1 - surest);
}

const clamp = (x: number): number => (x >= 1 ? 1 : x > 0 ? x : 0);

const CLAIMS: Kind<Provenance> = { keyOf: provenanceKey, isSame: isSameClaim, compare: compareProvenance, rankOf: ({ score }) => score };

/** A collection of provenance that holds every claim once; the higher score wins. */
export class Evidence extends KeyedList<Provenance> {
  private combined: number | undefined;

  constructor() {
    super(CLAIMS);
  }

  override add(claim: Provenance): boolean {
    const isNew = super.add(copyOf(claim));
    if (isNew) this.combined = undefined;
    return isNew;
  }

  probability(): number {
    return (this.combined ??= combinedProbability(this.sorted()));
  }
}

function isSameClaim(a: Provenance, b: Provenance): boolean {
  return a.documentId === b.documentId && a.head[0] === b.head[0] && a.head[1] === b.head[1] && a.tail[0] === b.tail[0] && a.tail[1] === b.tail[1] && a.extractor === b.extractor;
}

/** The same fields always in the same order, so that equal graphs are equal bytes. */
function copyOf(p: Provenance): Provenance {
  return {
    documentId: p.documentId,
    sentence: p.sentence,
    start: p.start,
    end: p.end,
    head: [p.head[0], p.head[1]],
    tail: [p.tail[0], p.tail[1]],
    extractor: p.extractor,
    score: p.score,
  };
}
