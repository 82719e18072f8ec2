// R2 to R10, R18 and R20: the sync to Neo4j under faults. Each has its own database state; the server is killed and restarted for real.
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createNeo4jStore } from '../../graph/stores/neo4j.ts';
import { documentIdOf, entityIdOf } from '../../pipeline/core/ids.ts';
import type { Entity, GraphDelta } from '../../pipeline/core/model.ts';
import { createRandom } from '../../pipeline/core/random.ts';
import type { Neo4jProcess } from './neo4j-process.ts';
import { sharedNeo4j, startCuttingProxy, startNeo4j, withServer } from './neo4j-process.ts';
import { startSync } from './start-sync.ts';
import type { Proof } from './proof.ts';
import { sortedGraph, syntheticGraph } from './synthetic-graph.ts';

const NOTHING: GraphDelta = { documents: [], entities: [], facts: [] };
const digestOf = (graph: GraphDelta): string => createHash('sha256').update(JSON.stringify(sortedGraph(graph))).digest('hex');

/** Ids that stand there more than once, of entities and of facts. */
async function duplicates(server: Neo4jProcess): Promise<number> {
  const [{ n: nodes } = { n: 0 }] = await server.ask('MATCH (e:EngramEntity) WITH e.id AS id, count(*) AS times WHERE times > 1 RETURN count(*) AS n');
  const [{ n: facts } = { n: 0 }] = await server.ask('MATCH ()-[f]->() WHERE f.id IS NOT NULL WITH f.id AS id, count(*) AS times WHERE times > 1 RETURN count(*) AS n');
  return Number(nodes) + Number(facts);
}

/** What the store lacks, or has beyond the graph. */
function lostAndExtra(expected: GraphDelta, found: GraphDelta): { readonly lost: number; readonly extra: number } {
  const ids = ({ documents, entities, facts }: GraphDelta): Set<string> => new Set([...documents, ...entities, ...facts].map(({ id }) => id as string));
  const [a, b] = [ids(expected), ids(found)];
  return { lost: [...a].filter((id) => !b.has(id)).length, extra: [...b].filter((id) => !a.has(id)).length };
}

export const killedSyncs: Proof = {
  id: 'R2',
  promise: 'kill -9 at random points of a sync to Neo4j, run again: the database holds the graph',
  async run({ seed, long }) {
    const [size, kills] = long ? [{ entities: 8000, facts: 16_000 }, 100] : [{ entities: 5000, facts: 10_000 }, 3];
    const random = createRandom(seed);
    const server = await sharedNeo4j();
    let [identical, inTheMiddle] = [0, 0];
    for (let round = 0; round < kills; round++) {
      await withServer(server, async (store) => {
        const first = startSync(server.address, size, seed, round % 2);
        await first.writing;
        while (Number((await server.ask('MATCH (e:EngramEntity) RETURN count(e) AS n'))[0]!['n']) === 0) await wait(20);
        await wait(random.integer(1000));
        first.child.kill('SIGKILL');
        await first.ended;
        const graph = syntheticGraph(size, seed, round % 2);
        const cutOff = lostAndExtra(graph, await store.readAll()).lost;
        if (cutOff > 0 && cutOff < graph.documents.length + graph.entities.length + graph.facts.length) inTheMiddle++;
        await store.replaceAll(graph);
        if (digestOf(await store.readAll()) === digestOf(graph) && (await store.differences(graph)).length === 0) identical++;
      });
    }
    return { held: identical === kills, figures: `${identical} of ${kills} identical; ${inTheMiddle} kills met the middle of the writing`, control: `what a kill left was incomplete ${inTheMiddle} times`, controlFailed: inTheMiddle > 0 };
  },
};

export const cutCommits: Proof = {
  id: 'R3',
  promise: 'the connection is cut right after the server committed: no batch is applied twice',
  async run({ seed, long }) {
    const cuts = long ? 200 : 25;
    const server = await sharedNeo4j();
    const appliedWith = async (ledger: boolean, most: number): Promise<{ cuts: number; batches: number; applied: number; identical: boolean }> =>
      withServer(server, async () => {
        const proxy = await startCuttingProxy(server.address, most);
        const store = createNeo4jStore(proxy.address, { ledger, writers: 1 });
        try {
          const random = createRandom(seed);
          let batches = 0;
          let graph = NOTHING;
          // Small syncs, one batch each, until so many commits were cut off.
          while (proxy.cuts() < most) {
            graph = syntheticGraph({ entities: 40 + random.integer(400), facts: 60 }, seed + batches);
            const counted = await server.ask("MATCH (s:EngramSync) WHERE s.stream STARTS WITH 'writer' RETURN sum(s.batches) AS n");
            const report = await store.replaceAll(graph);
            const after = await server.ask("MATCH (s:EngramSync) WHERE s.stream STARTS WITH 'writer' RETURN sum(s.batches) AS n");
            // One to say that the graph is being written, one to say that it is whole.
            batches += report.batches + 2;
            applied += Number(after[0]!['n']) - Number(counted[0]?.['n'] ?? 0);
          }
          return { cuts: proxy.cuts(), batches, applied, identical: digestOf(await store.readAll()) === digestOf(graph) };
        } finally {
          await store.close();
          proxy.close();
        }
      });
    let applied = 0;
    const kept = await appliedWith(true, cuts);
    applied = 0;
    // The same batch is cut off again and again: a few show it.
    const without = await appliedWith(false, 5);
    return {
      held: kept.applied === kept.batches && kept.identical,
      figures: `${kept.applied - kept.batches} of ${kept.batches} batches applied twice over ${kept.cuts} cuts`,
      control: `without the ledger ${without.applied - without.batches} of ${without.batches} over ${without.cuts} cuts`,
      controlFailed: without.applied > without.batches,
    };
  },
};

/** So many that a sync is still at work when the server goes. */
const sizeOf = (long: boolean) => (long ? { entities: 30_000, facts: 60_000 } : { entities: 15_000, facts: 30_000 });

export const killedServer: Proof = {
  id: 'R4',
  promise: 'Neo4j is killed in mid-sync and restarted: nothing lost, nothing twice',
  async run({ seed, long }) {
    const kills = long ? 20 : 2;
    const random = createRandom(seed);
    const server = await sharedNeo4j();
    return await withServer(server, async (store) => {
      let [done, killed, retries, version] = [false, 0, 0, 0];
      let graph = NOTHING;
      while (killed < kills) {
        graph = syntheticGraph(sizeOf(long), seed + version, version++ % 2);
        done = false;
        const writing = store.replaceAll(graph).then((report) => {
          done = true;
          retries += report.retries;
        });
        while (!done && killed < kills) {
          await Promise.race([writing, wait(500 + random.integer(2500))]);
          if (done) break;
          await server.kill();
          killed++;
          await server.startAgain();
        }
        await writing;
      }
      const { lost, extra } = lostAndExtra(graph, await store.readAll());
      const twice = await duplicates(server);
      const differing = (await store.differences(graph)).length;
      return { held: lost + extra + twice + differing === 0, figures: `${lost} lost, ${extra + twice} duplicated, ${differing} differing rows after ${killed} kills`, control: `${retries} transactions had to be tried again`, controlFailed: retries > 0 };
    });
  },
};

export const outages: Proof = {
  id: 'R5',
  promise: 'Neo4j is away for a while: the sync ends by itself, nothing lost, nothing twice, nothing refused',
  async run({ seed, long }) {
    const server = await sharedNeo4j();
    const results: string[] = [];
    let held = true;
    for (const seconds of long ? [30, 120] : [4]) {
      await withServer(server, async (store) => {
        const graph = syntheticGraph(sizeOf(long), seed);
        const writing = store.replaceAll(graph);
        await wait(1500);
        await server.kill();
        await wait(1000 * seconds);
        await server.startAgain();
        const { refused } = await writing;
        const { lost, extra } = lostAndExtra(graph, await store.readAll());
        const twice = await duplicates(server);
        held &&= lost + extra + twice + refused.length === 0;
        results.push(`${seconds} s: ${lost} lost, ${extra + twice} duplicated, ${refused.length} refused`);
      });
    }
    // A budget shorter than the outage ends with an error.
    const gaveUp = await withServer(
      server,
      async (store) => {
        const writing = store.replaceAll(syntheticGraph(sizeOf(long), seed)).then(
          () => 'no error',
          (error: { readonly code?: string }) => error.code ?? 'no code',
        );
        await wait(1000);
        await server.kill();
        const outcome = await writing;
        await server.startAgain();
        return outcome;
      },
      { maxOutageMs: 2000 },
    );
    return { held, figures: results.join('; '), control: `with a budget of 2 s it ends in ${gaveUp}`, controlFailed: gaveUp === 'ENGRAM_STORE_UNAVAILABLE' };
  },
};

export const manyWriters: Proof = {
  id: 'R6',
  promise: 'eight writers and an entity of many facts: no duplicates, no failed batches',
  async run({ seed, long }) {
    const size = long ? { entities: 20_000, facts: 50_000, hub: 10_000 } : { entities: 4000, facts: 8000, hub: 2000 };
    const server = await sharedNeo4j();
    return await withServer(
      server,
      async (store) => {
        const graph = syntheticGraph(size, seed);
        const report = await store.replaceAll(graph);
        const twice = await duplicates(server);
        const differing = (await store.differences(graph)).length;
        // Without constraints two writers may both make what neither has found.
        const control = await unconstrainedDuplicates(server);
        return { held: twice + report.refused.length + differing === 0, figures: `${twice} duplicates, ${report.refused.length} refused of ${report.batches} batches, ${report.deadlocks} deadlocks, ${report.retries} retries`, control: `${control} duplicates where MERGE has no constraint`, controlFailed: control > 0 };
      },
      { writers: 8 },
    );
  },
};

async function unconstrainedDuplicates(server: Neo4jProcess): Promise<number> {
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 8 }, () => server.ask('UNWIND range(1, 500) AS id MERGE (:Unconstrained {id: id + $round * 1000})', { round }).catch(() => [])));
    const [{ n } = { n: 0 }] = await server.ask('MATCH (u:Unconstrained) WITH u.id AS id, count(*) AS times WHERE times > 1 RETURN count(*) AS n');
    if (Number(n) > 0) return Number(n);
  }
  return 0;
}

export const unchangedSync: Proof = {
  id: 'R7',
  promise: 'an unchanged graph is synced without a write; of a changed document only its rows are touched',
  async run({ seed, long }) {
    const size = long ? { entities: 40_000, facts: 60_000 } : { entities: 8000, facts: 12_000 };
    const server = await sharedNeo4j();
    return await withServer(server, async (store) => {
      const graph = syntheticGraph(size, seed);
      await store.replaceAll(graph);
      const before = await server.bookmark();
      const again = await store.replaceAll(graph);
      const isUntouched = (await server.bookmark()) === before;
      const [first, ...others] = graph.documents;
      const changed = { ...graph, documents: [{ ...first!, title: 'changed' }, ...others], entities: graph.entities.map((entity) => (entity.mentions[0]!.documentId === first!.id ? { ...entity, aliases: ['changed'] } : entity)) };
      const touched = changed.entities.filter(({ aliases }) => aliases.length > 0).length;
      const report = await store.replaceAll(changed);
      const isOnly = report.written.documents === 1 && report.written.entities === touched && report.written.facts === 0;
      return {
        held: isUntouched && again.batches === 0 && isOnly && (await store.differences(changed)).length === 0,
        figures: `${isUntouched ? 'no' : 'a'} write for an unchanged graph, by the server's bookmark; one of ${graph.documents.length} documents changed: ${report.written.documents} document, ${report.written.entities} entities, ${report.written.facts} facts written in ${report.batches} batch`,
        control: `the changed graph moved the bookmark: ${String((await server.bookmark()) !== before)}`,
        controlFailed: (await server.bookmark()) !== before,
      };
    });
  },
};

export const poisonRows: Proof = {
  id: 'R8',
  promise: 'rows that the server refuses: every good row is stored, exactly the bad ones are told of',
  async run({ seed }) {
    const server = await sharedNeo4j();
    const results: string[] = [];
    let held = true;
    let control = 0;
    for (const bad of [1, 100]) {
      await withServer(server, async (store) => {
        await server.ask('CREATE CONSTRAINT somebody_elses IF NOT EXISTS FOR (p:Person) REQUIRE p.name IS UNIQUE');
        const graph = syntheticGraph({ entities: 10_000, facts: 0 }, seed);
        const random = createRandom(seed);
        const poisoned = new Set<string>();
        while (poisoned.size < bad) poisoned.add(graph.entities[random.integer(graph.entities.length)]!.id);
        await server.ask('UNWIND $names AS name CREATE (:Person {name: name})', { names: graph.entities.filter(({ id }) => poisoned.has(id)).map(({ name }) => name) });
        const { refused } = await store.replaceAll(graph);
        const isExact = refused.length === bad && refused.every(({ id, code, reason }) => poisoned.has(id) && code !== '' && reason !== '');
        const { lost, extra } = lostAndExtra(graph, await store.readAll());
        held &&= isExact && lost === bad && extra === 0;
        results.push(`${bad} bad of 10,000: ${refused.length} refused, ${graph.entities.length - lost} stored`);
        // One transaction for all would have lost the good ones too.
        control = await server.ask('UNWIND $names AS name CREATE (:Person {name: name})', { names: ['good one', graph.entities.find(({ id }) => poisoned.has(id))!.name] }).then(
          () => 0,
          () => 1,
        );
      });
    }
    return { held, figures: results.join('; '), control: `a batch with a bad row is refused whole by the server`, controlFailed: control === 1 };
  },
};

export const foreignData: Proof = {
  id: 'R9',
  promise: 'a tenth changed or removed: the store holds what a fresh one would, and what others wrote stays',
  async run({ seed, long }) {
    const size = long ? { entities: 40_000, facts: 60_000 } : { entities: 6000, facts: 9000 };
    const server = await sharedNeo4j();
    return await withServer(server, async (store) => {
      const before = syntheticGraph(size, seed);
      await store.replaceAll(before);
      await server.ask("MATCH (e:EngramEntity) WITH e LIMIT 500 SET e.owner = 'somebody else' CREATE (e)<-[:ABOUT]-(:Note {text: e.id})");
      const edited = syntheticGraph(size, seed, 1);
      const removed = new Set(edited.documents.filter((_, at) => at % 10 === 5).map(({ id }) => id));
      const entities = edited.entities.filter(({ mentions }) => !mentions.some(({ documentId }) => removed.has(documentId)));
      const kept = new Set(entities.map(({ id }) => id));
      const after = { documents: edited.documents.filter(({ id }) => !removed.has(id)), entities, facts: edited.facts.filter(({ subject, object }) => kept.has(subject) && kept.has(object)) };
      await store.write(after);
      const left = lostAndExtra(after, await store.readAll());
      await store.replaceAll(before);
      const report = await store.replaceAll(after);
      const identical = digestOf(await store.readAll()) === digestOf(after);
      const [{ notes, owned } = { notes: 0, owned: 0 }] = await server.ask("MATCH (n:Note) OPTIONAL MATCH (n)-[:ABOUT]->(e {owner: 'somebody else'}) RETURN count(n) AS notes, count(e) AS owned");
      return {
        held: identical && notes === 500 && owned === 500,
        figures: `${identical ? 'identical' : 'different'}; ${report.written.entities} entities and ${report.written.facts} facts written, ${report.removed.documents} documents, ${report.removed.entities} entities and ${report.removed.facts} facts removed; ${String(notes)} of 500 foreign nodes and ${String(owned)} of 500 foreign properties are there`,
        control: `upserts alone leave ${left.extra} rows too many`,
        controlFailed: left.extra > 0,
      };
    });
  },
};

export const smallTransactions: Proof = {
  id: 'R10',
  promise: 'a server that allows little memory for a transaction: batches shrink, the sync completes',
  async run({ seed, long }) {
    const limit = '32m';
    const server = await startNeo4j(`db.memory.transaction.max=${limit}`);
    try {
      return await withServer(server, async (store) => {
        // Rows large enough that a batch of the usual size is too much for the server.
        const plain = syntheticGraph({ entities: long ? 6000 : 2000, facts: 2000 }, seed);
        const graph = { ...plain, entities: plain.entities.map((entity, at) => ({ ...entity, aliases: Array.from({ length: 60 }, (_, alias) => `alias ${alias} of ${at} ${'x'.repeat(400)}`) })) };
        const whole = await server.ask('UNWIND range(1, 3000) AS n CREATE (:TooMuch {text: $text + n})', { text: 'x'.repeat(20_000) }).then(
          () => 'went through',
          (error: { readonly code: string }) => error.code,
        );
        const report = await store.replaceAll(graph);
        const identical = digestOf(await store.readAll()) === digestOf(graph);
        return { held: identical && report.refused.length === 0, figures: `${identical ? 'identical' : 'different'} after ${report.batches} batches, ${report.refused.length} refused`, control: `60 MB in one transaction: ${whole}`, controlFailed: whole !== 'went through' };
      });
    } finally {
      await server.stop();
    }
  },
};

export const tampered: Proof = {
  id: 'R18',
  promise: 'records of the store were tampered with: verify names exactly those, repair brings it to none',
  async run({ seed, long }) {
    const size = long ? { entities: 20_000, facts: 30_000 } : { entities: 3000, facts: 4000 };
    const server = await sharedNeo4j();
    return await withServer(server, async (store) => {
      const graph = syntheticGraph(size, seed);
      await store.replaceAll(graph);
      const random = createRandom(seed);
      const draw = <T extends { readonly id: string }>(records: readonly T[], count: number): string[] => random.shuffle(records).slice(0, count).map(({ id }) => id);
      const [renamed, ...entityIds] = [0, 1, 2].map((part) => draw(graph.entities.filter((_, at) => at % 3 === part), 20));
      const [weighed, cut] = [draw(graph.facts.filter((_, at) => at % 2 === 0), 20), draw(graph.facts.filter((_, at) => at % 2 === 1), 20)];
      const clean = (await store.differences(graph)).length;
      await server.ask("MATCH (e:EngramEntity) WHERE e.id IN $ids SET e.name = e.name + ' '", { ids: renamed });
      await server.ask("MATCH (e:EngramEntity) WHERE e.id IN $ids SET e.dateOfBirth = '1', e.attributeNames = ['dateOfBirth']", { ids: entityIds[0] });
      await server.ask('MATCH (e:EngramEntity)-[m:MENTIONED_IN]->() WHERE e.id IN $ids DELETE m', { ids: entityIds[1] });
      await server.ask('MATCH ()-[f]->() WHERE f.id IN $ids SET f.probability = 0.123', { ids: weighed });
      await server.ask('MATCH ()-[f]->() WHERE f.id IN $ids DELETE f', { ids: cut });
      const expected = [...new Set([...renamed!, ...entityIds.flat(), ...weighed, ...cut])].sort();
      const found = (await store.differences(graph)).map(({ id }) => id);
      const unseen = (await store.replaceAll(graph)).batches;
      await store.repair(graph);
      const left = (await store.differences(graph)).length;
      const isExact = JSON.stringify(found) === JSON.stringify(expected);
      return { held: clean === 0 && isExact && left === 0, figures: `${found.length} named of ${expected.length} tampered, ${isExact ? 'exactly those' : 'not the same ones'}; ${left} left after the repair`, control: `a sync alone does not see them (${unseen} batches)`, controlFailed: unseen === 0 };
    });
  },
};

const AWKWARD = ['9007199254740993', '9007199254740991', '9223372036854775807', '-0', '0.1', '1e400', '-12', '0001', '1e-320', '0044-03-15', '-0500', '9999-12-31', '𝕏 \u{1F9E0}', 'e\u0301', '\u202Eabc', '\u0000', 'null', '', ' ', '`]->() DETACH DELETE n //'];

export const awkwardValues: Proof = {
  id: 'R20',
  promise: 'awkward values come back from the store as they went in',
  async run({ seed, long }) {
    const server = await sharedNeo4j();
    return await withServer(server, async (store) => {
      const random = createRandom(seed);
      const count = long ? 10_000 : 1000;
      const entities = Array.from({ length: count }, (_, at): Entity => {
        const value = `${AWKWARD[at % AWKWARD.length]!}${at < AWKWARD.length ? '' : random.integer(1000)}`;
        return { id: entityIdOf('PER', `awkward ${at}`), type: 'PER', name: `${value} ${at}`, aliases: [value], mentions: [], attributes: [{ name: 'population', value, surface: value, kind: at % 2 === 0 ? 'number' : 'text', probability: 0.5, provenance: [] }] };
      });
      const graph: GraphDelta = { documents: [{ id: documentIdOf('awkward'), uri: 'awkward', metadata: { ['__proto__']: 'x', constructor: 'y' } }], entities, facts: [] };
      const { refused } = await store.replaceAll(graph);
      const back = new Map((await store.readAll()).entities.map((entity) => [entity.id, JSON.stringify(entity)]));
      const same = entities.filter((entity) => back.get(entity.id) === JSON.stringify(entity)).length;
      const differing = (await store.differences(graph)).length;
      // A double cannot hold the first of them.
      const [{ n } = { n: '' }] = await server.ask('RETURN toString(toFloat($value)) AS n', { value: AWKWARD[0] });
      return { held: same === count && differing === 0, figures: `${same} of ${count} came back, ${refused.length} refused, ${differing} differ`, control: `as a double ${AWKWARD[0]} would be ${String(n)}`, controlFailed: n !== AWKWARD[0] };
    });
  },
};
