import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { RunOptions, RunResult } from './peers.js';
import { discovered, inspected, pulled, pushed } from './remora-output.js';

/** The compiled program, of this project unless `REMORA_DIST_DIR` names the folder of another `dist`. */
export const REMORA = join(
  process.env.REMORA_DIST_DIR ?? fileURLToPath(new URL('../..', import.meta.url)),
  'dist',
  'bin.js',
);

/** What the test runner sets, or a developer has set, and a user has not. */
const FOREIGN = { NODE_ENV: undefined, NODE_OPTIONS: undefined, FORCE_COLOR: undefined, SOURCE_DATE_EPOCH: undefined };

export interface StartOptions extends Omit<RunOptions, 'input'> {
  /** What it reads on its standard input, else nothing; `later` leaves that to `give`. */
  readonly input?: RunOptions['input'] | 'later';
}

export interface RunningRemora {
  readonly child: ChildProcess;
  /** Gives it all of its standard input. */
  give(input: string): void;
  /** Settles when the process is gone and its output was read. */
  readonly done: Promise<RunResult>;
}

/** Starts the real program as a process of its own. */
export function startRemora(args: readonly string[], options: StartOptions = {}): RunningRemora {
  const child = spawn(process.execPath, [REMORA, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...FOREIGN, ...options.env },
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => {});
  const give = (input: RunOptions['input']) => child.stdin.end(input);
  if (options.input !== 'later') give(options.input);
  const done = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr]): RunResult => ({ code: child.exitCode, stdout, stderr }),
  );
  return { child, give, done };
}

export function remora(args: readonly string[], options?: RunOptions): Promise<RunResult> {
  return startRemora(args, options).done;
}

/** The object that `--json` prints; a failure of the command is an error. */
export async function remoraJson<T>(schema: z.ZodType<T>, args: readonly string[], options?: RunOptions): Promise<T> {
  const { code, stdout, stderr } = await remora([...args, '--json'], options);
  if (code !== 0) throw new Error(`remora ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return schema.parse(JSON.parse(stdout));
}

export function push(target: string, words: readonly string[], options?: RunOptions): Promise<z.infer<typeof pushed>> {
  return remoraJson(pushed, ['push', target, ...words], options);
}

export function attach(
  subject: string,
  artifactType: string,
  words: readonly string[],
  options?: RunOptions,
): Promise<z.infer<typeof pushed>> {
  return remoraJson(pushed, ['attach', '--artifact-type', artifactType, subject, ...words], options);
}

export function discover(subject: string, ...words: string[]): Promise<z.infer<typeof discovered>> {
  return remoraJson(discovered, ['discover', subject, ...words]);
}

/** `directory` receives the files. */
export function pull(reference: string, directory: string, ...words: string[]): Promise<z.infer<typeof pulled>> {
  return remoraJson(pulled, ['pull', '-o', directory, reference, ...words]);
}

export function inspect(reference: string, ...words: string[]): Promise<z.infer<typeof inspected>> {
  return remoraJson(inspected, ['inspect', reference, ...words]);
}

export async function resolve(reference: string, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await remora(['resolve', reference, ...words]);
  if (code !== 0) throw new Error(`remora resolve ${reference} ended with ${code}: ${stderr}`);
  return stdout.trim();
}
