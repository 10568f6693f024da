import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunResult } from './peers.js';
import type { RunningRemora } from './remora.js';

/** How long a run took until it first wrote into a directory, and from there to its end. */
export interface Course {
  readonly preparing: number;
  readonly writing: number;
}

/** When a run is killed: so long after its start, or after its first write. */
export interface Moment {
  readonly after: 'start' | 'first write';
  readonly ms: number;
}

/** Tells when something is made, renamed or removed in a directory. */
function firstChange(directory: string): { readonly seen: Promise<number>; close(): void } {
  const watcher = watch(directory);
  const seen = new Promise<number>((resolve) => watcher.once('change', () => resolve(performance.now())));
  return { seen, close: () => watcher.close() };
}

/** Follows a run that nobody disturbs. */
export async function measure(directory: string, start: () => RunningRemora): Promise<Course> {
  const change = firstChange(directory);
  const started = performance.now();
  const { code, stderr, stdout } = await start().done;
  const ended = performance.now();
  const wrote = await Promise.race([change.seen, ended]);
  change.close();
  if (code !== 0) throw new Error(`the run that nobody disturbs ended with ${code}: ${stderr}${stdout}`);
  return { preparing: wrote - started, writing: ended - wrote };
}

/** The result of a run that is killed at a moment, unless it ends before. */
export async function runAndKill(directory: string, start: () => RunningRemora, moment: Moment): Promise<RunResult> {
  const change = firstChange(directory);
  const { child, done } = start();
  try {
    if (moment.after === 'first write') await Promise.race([change.seen, done]);
    await Promise.race([sleep(moment.ms), done]);
    child.kill('SIGKILL');
    return await done;
  } finally {
    change.close();
  }
}

/**
 * Moments spread over a run. Most of it is the start of node, where nothing can break: one of four falls anywhere, the
 * others while files are written. Neighbours in the list are far from each other in the run.
 */
export function spread(count: number, { preparing, writing }: Course): readonly Moment[] {
  const whole = Math.ceil(count / 4);
  const moments = Array.from({ length: count }, (_, index): Moment => {
    if (index < whole) return { after: 'start', ms: ((preparing + writing) * index) / whole };
    return { after: 'first write', ms: (writing * (index - whole)) / (count - whole) };
  });
  const step = [7, 11, 13, 17].find((candidate) => count % candidate !== 0) ?? 1;
  return moments.flatMap((_, index) => moments[(index * step) % count] ?? []);
}
