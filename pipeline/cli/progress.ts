// The bar of a build on a terminal: share done, documents, rate and time left. Nothing is shown when piped or quiet.
import { Presets, SingleBar } from 'cli-progress';
import type { BuildProgress } from '../build.ts';
import { paceOf } from '../report.ts';
import { formatCount, formatSeconds } from './output.ts';

export interface ProgressView {
  update(progress: BuildProgress): void;
  stop(): void;
}

const PHASES: Readonly<Record<BuildProgress['phase'], string>> = {
  models: 'loading the models',
  extract: 'reading',
  graph: 'resolving entities',
  store: 'writing the store',
  done: 'done',
};
const TICKS = 1000;

export function createProgressView(shown: boolean): ProgressView {
  if (!shown) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      format: '{phase} {bar} {percentage}% · {documents} documents · {rate} words/s · {left}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      barsize: 24,
      fps: 10,
    },
    Presets.shades_classic,
  );
  let started = false;
  let since = 0;
  return {
    update(progress) {
      const pace = paceOf(progress, since);
      const payload = {
        phase: PHASES[progress.phase],
        documents: formatCount(progress.extracted + progress.unchanged),
        rate: formatCount(pace.wordsPerSecond),
        left: pace.secondsLeft === undefined ? 'estimating' : `${formatSeconds(pace.secondsLeft)} left`,
      };
      if (!started) bar.start(TICKS, 0, payload);
      if (progress.phase === 'models') since = progress.seconds;
      if (progress.phase === 'extract' && progress.read === 0) since = progress.seconds;
      started = true;
      bar.update(Math.floor(pace.share * TICKS), payload);
    },
    stop() {
      if (started) bar.stop();
    },
  };
}
