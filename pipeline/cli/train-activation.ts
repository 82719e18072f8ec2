// `engram train activation`: what predicates pass on, decay and threshold, learnt from pairs of what was asked for and what was found relevant.
import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { createRandom } from '../core/random.ts';
import { EngramError } from '../core/errors.ts';
import { addCommonOptions, addDirOption, addExample, configOf, requirePath, wholeNumber, type DirFlags } from './options.ts';
import { formatCount, note, print, printJson, table } from './output.ts';

interface TrainActivationFlags extends DirFlags {
  readonly data: string;
  readonly out: string;
  readonly epochs: number;
  readonly seed: number;
}

/** One query in so many is held out to compare by. */
const HELD_OUT = 5;
const LEAST_QUERIES = 10;

export function addTrainActivation(parent: Command): void {
  const command = parent
    .command('activation')
    .description('learn from relevant pairs or clicks how activation spreads')
    .requiredOption('--data <file>', 'CSV with the columns query (an entity, or several between |) and relevant (an entity)')
    .requiredOption('--out <file>', 'the weights, a .json for `activation.weights` of the config')
    .option('--epochs <count>', 'times that all queries are gone through', wholeNumber(1), 40)
    .option('--seed <number>', 'of the order, and of which queries are held out', wholeNumber(0), 17);
  addExample(addDirOption(addCommonOptions(command)), 'train activation --data clicks.csv --out activation.json');
  command.action(async (flags: TrainActivationFlags) => {
    requirePath(flags.data);
    const { openGraph } = await import('../open-graph.ts');
    const { learnt, readActivation, readRelevance, scoreRanking } = await import('../activation-weights.ts');
    const { trainWeights } = await import('../../graph/activation/train-weights.ts');
    const config = await configOf(flags);
    const { graph } = await openGraph(flags.dir, config);
    const { examples, unknown } = await readRelevance(flags.data, graph);
    if (unknown.length > 0) note(`engram: ${formatCount(unknown.length)} names fit no entity and are left out: ${unknown.slice(0, 3).join(', ')}${unknown.length > 3 ? ', …' : ''}`);
    if (examples.length < LEAST_QUERIES) throw new EngramError('ENGRAM_DATA_INVALID', { path: flags.data, problem: `it has ${examples.length} queries that the graph knows; at least ${LEAST_QUERIES} are needed` });
    const order = createRandom(flags.seed).shuffle(examples);
    const held = order.filter((_, at) => at % HELD_OUT === 0);
    const weights = await trainWeights(graph, order.filter((_, at) => at % HELD_OUT !== 0), {
      epochs: flags.epochs,
      seed: flags.seed,
      onEpoch: (epoch, loss) => {
        if (!flags.quiet && !flags.json) note(`epoch ${epoch}: loss ${loss.toFixed(4)}`);
      },
    });
    await writeFile(flags.out, `${JSON.stringify(weights, undefined, 1)}\n`);
    const base = await readActivation({ ...config.activation, weights: 'none' }, graph, flags.dir);
    const [before, after] = [scoreRanking(graph, held, base), scoreRanking(graph, held, learnt(base.spread, weights))];
    if (flags.json) return printJson({ task: 'activation', weights: flags.out, queries: examples.length, heldOut: held.length, before, after });
    const right = { align: 'right' } as const;
    print(table([['held-out queries', 'pairs', 'hits@10', 'MRR'], ...([['as configured', before], ['learnt', after]] as const).map(([name, s]) => [name, formatCount(s.pairs), s.hitsAt10.toFixed(1), s.mrr.toFixed(1)])], [{}, right, right, right]));
    print(`Wrote ${flags.out}; put it into the config as activation: { weights: ${flags.out} }`);
  });
}
