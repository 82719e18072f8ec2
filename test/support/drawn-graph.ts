// A graph told in lines, for tests of what is drawn: `subject predicate object probability`, each entity named by one word and each fact by a document of its own.
import { KnowledgeGraph } from '../../graph/knowledge-graph.ts';
import { documentIdOf, entityIdOf } from '../../pipeline/core/ids.ts';

/** @param names what stands in place of a word; @param types of words, PER where there is none */
export function drawnGraph(lines: readonly string[], names: Readonly<Record<string, string>> = {}, types: Readonly<Record<string, string>> = {}): KnowledgeGraph {
  const graph = new KnowledgeGraph();
  for (const line of lines) {
    const [subject, predicate, object, probability] = line.split(' ') as [string, string, string, string];
    const documentId = documentIdOf(line);
    graph.upsertDocument({ id: documentId, uri: line });
    const ends = [subject, object].map((word) => {
      const type = types[word] ?? 'PER';
      const name = names[word] ?? word;
      const id = entityIdOf(type, word);
      graph.upsertEntity({ id, type, name, aliases: [], mentions: [{ documentId, sentence: 0, start: 0, end: 1, surface: name, score: 1 }] });
      return id;
    });
    graph.upsertFact({ subject: ends[0]!, predicate, object: ends[1]!, provenance: [{ documentId, sentence: 0, start: 0, end: 1, head: [0, 1], tail: [0, 1], extractor: 'test', score: Number(probability) }] });
  }
  return graph;
}
