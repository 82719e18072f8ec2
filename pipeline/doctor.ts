// What is there to work with: Node, engines, stores, models, devices; for each missing part the one line that adds it.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { availableEngines } from '../extractors/engine/index.ts';
import { PAIRS_FILE, PASSAGES_FILE } from '../extractors/relation/relation-reader.ts';
import { taggerFolder } from '../extractors/ner/tagger.ts';
import { SHIPPED_MODELS } from '../extractors/network/word-vectors.ts';
import { openStore } from '../graph/stores/index.ts';
import { isDevice, type Config } from './core/config.ts';
import { EngramError, messageOf } from './core/errors.ts';
import { engramVersion } from './manifest.ts';

export interface Finding {
  readonly kind: string;
  readonly available: boolean;
  readonly detail: string;
  /** The one line that adds it. */
  readonly hint?: string;
}

export interface Diagnosis {
  readonly engram: string;
  readonly node: Finding;
  readonly engines: readonly Finding[];
  readonly stores: readonly Finding[];
  readonly models: readonly Finding[];
  readonly devices: readonly Finding[];
  /** Whether `engram build` with this config can run. */
  readonly ready: boolean;
}

const LEAST_NODE = [20, 19] as const;
const NEEDED_MODELS = ['word-vectors.safetensors', 'tagger.safetensors', PAIRS_FILE, PASSAGES_FILE];

export async function diagnose(config: Config): Promise<Diagnosis> {
  const node = examineNode();
  const engines = await availableEngines();
  const stores = [await examineEmbedded(), await examineNeo4j(config)];
  const models = examineModels(config);
  const { kind } = config.engine;
  const engineReady = engines.some((engine) => engine.available && (kind === 'auto' ? !isDevice(engine.kind) : engine.kind === kind));
  const isNeo4j = /^(neo4j|bolt)/.test(config.store.address);
  const store = isNeo4j ? stores[1]! : stores[0]!;
  const storeReady = config.store.address.startsWith('jsonl') || store.available;
  const ready = node.available && engineReady && storeReady && models.every((model) => model.available);
  return { engram: engramVersion(), node, engines, stores, models, devices: examineDevices(), ready };
}

function examineNode(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number];
  const available = major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
  const detail = `${process.version} on ${process.platform} ${process.arch}`;
  return { kind: 'node', available, detail, ...(available ? {} : { hint: `install Node ${LEAST_NODE.join('.')} or later from https://nodejs.org` }) };
}

async function examineEmbedded(): Promise<Finding> {
  const directory = await mkdtemp(join(tmpdir(), 'engram-doctor-'));
  try {
    const store = await openStore('embedded', { directory });
    await store.prepare();
    await store.close();
    return { kind: 'embedded', available: true, detail: 'LadybugDB, Cypher in process' };
  } catch (error) {
    return { kind: 'embedded', available: false, detail: messageOf(error), hint: 'npm install @ladybugdb/core' };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function examineNeo4j(config: Config): Promise<Finding> {
  const { address, user, password } = config.store;
  if (!/^(neo4j|bolt)/.test(address)) {
    return { kind: 'neo4j', available: false, detail: 'not asked for', hint: 'engram build … --store neo4j://HOST:7687, with NEO4J_PASSWORD set' };
  }
  try {
    const store = await openStore(address, { user: process.env['NEO4J_USER'] ?? user, password: process.env[password.env], maxOutageMs: 2000 });
    try {
      const { entities, facts } = await store.counts();
      return { kind: 'neo4j', available: true, detail: `${address} answers; ${entities} entities, ${facts} facts` };
    } finally {
      await store.close();
    }
  } catch (error) {
    const hint = error instanceof EngramError ? error.hint : 'Check the address and the password.';
    return { kind: 'neo4j', available: false, detail: messageOf(error), hint };
  }
}

function examineModels(config: Config): Finding[] {
  const shipped = existsSync(SHIPPED_MODELS) ? readdirSync(SHIPPED_MODELS).filter((name) => name.endsWith('.safetensors')) : [];
  const findings = [...new Set([...NEEDED_MODELS, ...shipped])].map((name): Finding => describeModel(name, join(SHIPPED_MODELS, name)));
  const { ner, relation } = config.extract;
  if (ner !== 'shipped') findings.push(describeModel('extract.ner', join(taggerFolder(ner), 'tagger.safetensors')));
  if (relation !== 'shipped') for (const file of [PAIRS_FILE, PASSAGES_FILE]) findings.push(describeModel('extract.relation', join(relation, file)));
  return findings;
}

function describeModel(kind: string, path: string): Finding {
  if (!existsSync(path)) return { kind, available: false, detail: `${path} is missing`, hint: 'reinstall the package, or train one with `engram train`' };
  const bytes = readFileSync(path);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { kind, available: true, detail: `sha256 ${hash.slice(0, 16)}…  ${(bytes.length / 1e6).toFixed(1)} MB` };
}

function examineDevices(): Finding[] {
  const gibibytes = (totalmem() / 2 ** 30).toFixed(0);
  const cpu = { kind: 'cpu', available: true, detail: `${availableParallelism()} cores, ${gibibytes} GiB, ${cpus()[0]?.model ?? 'unknown'}` };
  const driver = '/proc/driver/nvidia/version';
  const hasGpu = existsSync('/dev/nvidia0') || existsSync(driver);
  const gpu: Finding = hasGpu
    ? { kind: 'gpu', available: true, detail: existsSync(driver) ? readFileSync(driver, 'utf8').split('\n')[0]!.trim() : 'NVIDIA' }
    : { kind: 'gpu', available: false, detail: 'no NVIDIA device; the CPU is enough' };
  return [cpu, gpu];
}
