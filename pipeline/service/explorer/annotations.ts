// Which entities a filter by topic or by sentiment hides: what the server says of those that are drawn, asked for once.
import type { Client, OutputOf } from '../client.ts';
import type { View } from './link.ts';

type Annotation = OutputOf<'annotations'>['items'][number];

const AT_ONCE = 1000;

export class Annotations {
  private readonly client: Client;
  private known = new Map<string, Annotation | undefined>();

  constructor(client: Client) {
    this.client = client;
  }

  /** The graph has changed. */
  forget(): void {
    this.known = new Map();
  }

  /** Those of `ids` that are spoken of otherwise than is asked for, or that no document of the topic names. */
  async hidden(ids: readonly string[], { topic, spoken }: Pick<View, 'topic' | 'spoken'>): Promise<Set<string>> {
    const { known } = this;
    const unknown = ids.filter((id) => !known.has(id));
    for (let at = 0; at < unknown.length; at += AT_ONCE) {
      const asked = unknown.slice(at, at + AT_ONCE);
      const { items } = await this.client.annotations({ ids: asked });
      for (const id of asked) known.set(id, undefined);
      for (const item of items) known.set(item.id, item);
    }
    return new Set(ids.filter((id) => !fits(known.get(id), topic, spoken)));
  }
}

function fits(annotation: Annotation | undefined, topic: View['topic'], spoken: View['spoken']): boolean {
  if (topic !== undefined && !(annotation?.topics.some(({ label }) => label === topic) ?? false)) return false;
  const { positive = 0, negative = 0 } = annotation?.sentiment ?? {};
  return spoken === undefined || (spoken === 'positive' ? positive > negative : negative > positive);
}
