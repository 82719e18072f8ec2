// What the page shows, as the part of its address behind the #, so that a link brings the view back.

export interface View {
  /** How many of the best connected entities are shown beside those that were opened. */
  readonly overview?: number;
  /** Entities whose neighbours are shown, in the order they were opened. */
  readonly open: readonly string[];
  /** The entity that the panel tells of. */
  readonly chosen?: string;
  readonly hiddenTypes: readonly string[];
  readonly predicate?: string;
  /** Facts that are less likely are not shown. */
  readonly least: number;
  /** Whether links that no document states are shown. */
  readonly inferred: boolean;
  /** Only what documents about it name. */
  readonly topic?: string;
  /** Only what more sentences speak so of than the other way. */
  readonly spoken?: 'positive' | 'negative';
  /** Whether the panel asks about pairs in doubt. */
  readonly reviewing: boolean;
}

export const NOTHING: View = { open: [], hiddenTypes: [], least: 0, inferred: false, reviewing: false };

export function linkOf({ overview, open, chosen, hiddenTypes, predicate, least, inferred, topic, spoken, reviewing }: View): string {
  const parts = new URLSearchParams();
  if (overview !== undefined) parts.set('overview', String(overview));
  if (open.length > 0) parts.set('open', open.join(','));
  if (chosen !== undefined) parts.set('chosen', chosen);
  if (hiddenTypes.length > 0) parts.set('without', hiddenTypes.join(','));
  if (predicate !== undefined) parts.set('predicate', predicate);
  if (least > 0) parts.set('least', String(least));
  if (inferred) parts.set('inferred', '1');
  if (topic !== undefined) parts.set('topic', topic);
  if (spoken !== undefined) parts.set('spoken', spoken);
  if (reviewing) parts.set('review', '1');
  return `#${parts}`;
}

/** Of a link that nobody made what can be understood. */
export function viewOf(link: string): View {
  const parts = new URLSearchParams(link.replace(/^#/, ''));
  const list = (name: string): string[] => (parts.get(name) ?? '').split(',').filter((each) => each !== '');
  const least = Number(parts.get('least') ?? 0);
  const [chosen, predicate, overview, topic, spoken] = ['chosen', 'predicate', 'overview', 'topic', 'spoken'].map((name) => parts.get(name) || undefined);
  return {
    ...(overview === undefined || !/^\d{1,6}$/.test(overview) ? {} : { overview: Number(overview) }),
    open: list('open'),
    ...(chosen === undefined ? {} : { chosen }),
    hiddenTypes: list('without'),
    ...(predicate === undefined ? {} : { predicate }),
    least: least >= 0 && least <= 1 ? least : 0,
    inferred: parts.get('inferred') === '1',
    ...(topic === undefined ? {} : { topic }),
    ...(spoken === 'positive' || spoken === 'negative' ? { spoken } : {}),
    reviewing: parts.get('review') === '1',
  };
}
