// What a build has to say for itself: one line while it runs, one when it is done, one object for machines.
import type { BuildProgress, BuildResult } from './build.ts';

/** `extracted` and `seconds` give the rate; bytes give the share done, where the inputs have a size. */
export interface Pace {
  readonly share: number;
  readonly wordsPerSecond: number;
  /** Undefined until there is something to judge by. */
  readonly secondsLeft?: number;
}

const LEAST_SHARE_TO_JUDGE_BY = 0.01;

/** How fast the extraction is and how long it will take; `since` is when it began, in seconds of the build. */
export function paceOf(progress: BuildProgress, since: number): Pace {
  const elapsed = Math.max(progress.seconds - since, 0.001);
  const share = progress.bytesTotal === 0 ? 0 : Math.min(1, progress.bytesRead / progress.bytesTotal);
  return {
    share,
    wordsPerSecond: progress.words / elapsed,
    ...(share >= LEAST_SHARE_TO_JUDGE_BY ? { secondsLeft: (elapsed * (1 - share)) / share } : {}),
  };
}

/** What `engram build --json` prints. */
export function buildReport(result: BuildResult, out: string): object {
  const { counts, seconds, wordsPerSecond, digest, versions, device, devices, config } = result.manifest;
  return { out, status: result.manifest.status, counts, store: { address: config.store.address, ...result.store }, sync: result.sync, seconds, wordsPerSecond, digest, versions, device, devices, journalProblems: result.journalProblems };
}
