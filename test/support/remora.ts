import {
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process';
import { once } from 'node:events';
import { join, resolve as resolvePath } from 'node:path';
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

/** The command that starts it, or the executable that `REMORA_PROGRAM` names. */
export const PROGRAM: readonly [command: string, ...words: string[]] = process.env.REMORA_PROGRAM
  ? [resolvePath(process.env.REMORA_PROGRAM)]
  : [process.execPath, REMORA];

/** The same, for a shell. */
export const PROGRAM_WORDS = PROGRAM.map((word) => `"${word}"`).join(' ');

/** Starts {@link PROGRAM} with its output to read. */
export function spawnRemora(
  args: readonly string[],
  options: SpawnOptionsWithoutStdio,
): ChildProcessWithoutNullStreams {
  const [command, ...words] = PROGRAM;
  return spawn(command, [...words, ...args], options);
}

/** What the test runner sets, or a developer has set, and a user has not. */
export const FOREIGN = {
  NODE_ENV: undefined,
  NODE_OPTIONS: undefined,
  FORCE_COLOR: undefined,
  SOURCE_DATE_EPOCH: undefined,
  // Where the tests run in a job themselves.
  GITHUB_ACTIONS: undefined,
  GITHUB_STEP_SUMMARY: undefined,
};

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
  const child = spawnRemora(args, {
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

/** Runs one command to its end: {@link remora}, or `runHere` of `test/commands/in-process.ts`. */
export type RunCommand = (args: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** The object that `--json` prints; a failure of the command is an error. */
export function remoraJson<T>(schema: z.ZodType<T>, args: readonly string[], options?: RunOptions): Promise<T> {
  return jsonOf(remora, schema, args, options);
}

async function jsonOf<T>(
  runCommand: RunCommand,
  schema: z.ZodType<T>,
  args: readonly string[],
  options?: RunOptions,
): Promise<T> {
  return schema.parse(JSON.parse(await printed(runCommand, [...args, '--json'], options)));
}

/** What a command prints; its failure is an error. */
async function printed(runCommand: RunCommand, args: readonly string[], options?: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await runCommand(args, options);
  if (code !== 0) throw new Error(`remora ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout;
}

/** Commands that must succeed, and what they print with `--json`. */
export interface RemoraCommands {
  readonly remora: RunCommand;
  push(target: string, words: readonly string[], options?: RunOptions): Promise<z.infer<typeof pushed>>;
  attach(
    subject: string,
    artifactType: string,
    words: readonly string[],
    options?: RunOptions,
  ): Promise<z.infer<typeof pushed>>;
  discover(subject: string, ...words: string[]): Promise<z.infer<typeof discovered>>;
  /** `directory` receives the files. */
  pull(reference: string, directory: string, ...words: string[]): Promise<z.infer<typeof pulled>>;
  inspect(reference: string, ...words: string[]): Promise<z.infer<typeof inspected>>;
  resolve(reference: string, ...words: string[]): Promise<string>;
}

export function commandsOf(runCommand: RunCommand): RemoraCommands {
  const json = <T>(schema: z.ZodType<T>, args: readonly string[], options?: RunOptions) =>
    jsonOf(runCommand, schema, args, options);
  return {
    remora: runCommand,
    push: (target, words, options) => json(pushed, ['push', target, ...words], options),
    attach: (subject, artifactType, words, options) =>
      json(pushed, ['attach', '--artifact-type', artifactType, subject, ...words], options),
    discover: (subject, ...words) => json(discovered, ['discover', subject, ...words]),
    pull: (reference, directory, ...words) => json(pulled, ['pull', '-o', directory, reference, ...words]),
    inspect: (reference, ...words) => json(inspected, ['inspect', reference, ...words]),
    resolve: async (reference, ...words) => (await printed(runCommand, ['resolve', reference, ...words])).trim(),
  };
}

export const { push, attach, discover, pull, inspect, resolve } = commandsOf(remora);
