// The loop that trains a network, whatever its task: epochs over batches, Adam, averaged weights judged after each epoch, the best
// epoch kept, a checkpoint to go on from.
import { createRandom, type Random } from '../../pipeline/core/random.ts';
import { openCheckpoint } from './checkpoint.ts';
import { updateWithAdam, type Parameter } from './parameters.ts';
import { AveragedWeights, learningRateAt } from './training.ts';

export interface EpochReport {
  readonly epoch: number;
  /** Mean loss of a unit, natural log. */
  readonly loss: number;
  /** In percent by development set; the first decides which epoch is best, without one it is the last. */
  readonly scores: Readonly<Record<string, number>>;
}

export interface NetworkTraining<Batch> {
  readonly parameters: readonly Parameter[];
  /** Batches by epoch. */
  readonly plan: readonly (readonly Batch[])[];
  /** Adds the gradients of one batch to the parameters. */
  trainBatch(batch: Batch, random: Random): BatchLoss;
  /** Scores the weights as they are now. */
  judge(): Promise<EpochReport['scores']>;
  /** Keeps the weights as they are now: no epoch before was better. */
  save(): void;
  readonly settings: FitSettings;
  /** What losses are told by, such as 'token'. */
  readonly unit: string;
  /** Folder of the checkpoint. */
  readonly out: string;
  /** Everything that the training follows from. */
  readonly fingerprint: string;
  /** Where its random choices begin. */
  readonly random: Random;
  readonly report: (line: string) => void;
}

export interface BatchLoss {
  /** Summed over the units. */
  readonly loss: number;
  readonly units: number;
}

export interface FitSettings {
  /** At its highest. */
  readonly learningRate: number;
  readonly averageDecay: number;
  /** Training ends when so many epochs in a row were no better, once it has found anything. */
  readonly patience: number;
}

interface Progress {
  readonly step: number;
  readonly random: number;
  readonly curve: readonly EpochReport[];
}

const MAX_GRADIENT_NORM = 5;
const REPORT_STEPS = 200;

/** @returns the reports of all epochs, and the best of them */
export async function fitNetwork<Batch>(training: NetworkTraining<Batch>): Promise<{ readonly best: EpochReport; readonly curve: readonly EpochReport[] }> {
  const { parameters, plan, settings, unit, out, fingerprint, report } = training;
  const steps = plan.reduce((n, batches) => n + batches.length, 0);
  const average = new AveragedWeights(parameters, settings.averageDecay);
  const checkpoint = openCheckpoint<Progress>(out, fingerprint, parameters, average);
  const restored = checkpoint.restore();
  if (restored) report(`going on after epoch ${restored.curve.length} of an earlier run`);
  const random = createRandom(restored?.random ?? training.random.state);
  const curve: EpochReport[] = [...(restored?.curve ?? [])];
  let step = restored?.step ?? 0;

  while (curve.length < plan.length) {
    const epoch = curve.length + 1;
    if (epoch > 1 && scoreOf(bestOf(curve)) > 0 && epoch - 1 - bestOf(curve).epoch >= settings.patience) {
      report(`no better for ${settings.patience} epochs: ended`);
      break;
    }
    let [loss, units] = [0, 0];
    const started = Date.now();
    const firstStep = step;
    for (const batch of plan[epoch - 1]!) {
      step++;
      const trained = training.trainBatch(batch, random);
      if (!Number.isFinite(trained.loss)) throw new Error(`the loss of step ${step} is not a number`);
      loss += trained.loss;
      units += trained.units;
      updateWithAdam(parameters, { learningRate: learningRateAt(step, steps, settings.learningRate), maxNorm: MAX_GRADIENT_NORM, step });
      average.observe(step);
      if (step % REPORT_STEPS === 0) {
        const seconds = (Date.now() - started) / 1000;
        const left = ((steps - step) * seconds) / (step - firstStep) / 60;
        report(`step ${step}/${steps}  loss ${(loss / units).toFixed(4)} a ${unit}  ${(units / seconds).toFixed(0)} ${unit}s/s  about ${Math.ceil(left)} min left`);
      }
    }
    await average.during(async () => {
      const scores = await training.judge();
      report(`epoch ${epoch}: ${Object.entries(scores).map(([name, value]) => `${name} ${value.toFixed(2)}`).join('  ')}`);
      curve.push({ epoch, loss: loss / units, scores });
      if (bestOf(curve).epoch === epoch) training.save();
    });
    checkpoint.save({ step, random: random.state, curve });
  }
  checkpoint.remove();
  return { best: bestOf(curve), curve };
}

const scoreOf = ({ epoch, scores }: EpochReport): number => Object.values(scores)[0] ?? epoch;
const bestOf = (reports: readonly EpochReport[]): EpochReport => reports.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a));
