import type { ChildProcessWithoutNullStreams, SpawnOptionsWithoutStdio } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { spawnRemora } from '../../support/remora.js';

export interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly done: Promise<{
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Milliseconds from a moment of `performance.now()` to the end. */
    since(moment: number): number;
  }>;
}

const FOREIGN = { NODE_ENV: undefined, NODE_OPTIONS: undefined, FORCE_COLOR: undefined, SOURCE_DATE_EPOCH: undefined };

/** Starts the program with its standard input left open, to be written to, closed or left alone. */
export function start(args: readonly string[], options: SpawnOptionsWithoutStdio): Started {
  const env = { ...process.env, ...FOREIGN, ...options.env };
  const child = spawnRemora(args, { ...options, env });
  child.stdin.on('error', () => {});
  onTestFinished(() => void child.kill('SIGKILL'));
  const done = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(([stdout, stderr]) => {
    const end = performance.now();
    return { code: child.exitCode, signal: child.signalCode, stdout, stderr, since: (moment: number) => end - moment };
  });
  return { child, done };
}

/** Waits until something is so; a test that waits in vain fails by its time limit. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await sleep(10);
}
