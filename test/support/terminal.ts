import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM_WORDS } from './remora.js';

/** Why there is no terminal to test on; undefined when there is one. */
export const noTerminal = spawnSync('script', ['--version']).status === 0 ? undefined : 'needs script of util-linux';

export interface OnTerminal {
  readonly code: number | null;
  /** What the terminal showed, both streams. */
  readonly output: string;
}

/**
 * Runs remora on a terminal of its own, and types each answer when its question is there: what is typed before may reach
 * a program that does not listen yet.
 */
export async function onTerminal(
  words: string,
  answers: readonly (readonly [question: string, answer: string])[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** @default 100 */
    readonly columns?: number;
  } = {},
): Promise<OnTerminal> {
  const command = `stty cols ${options.columns ?? 100} rows 30; ${PROGRAM_WORDS} ${words}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { TERM: 'xterm', ...(options.env ?? process.env), NODE_ENV: undefined },
    timeout: 20_000,
  });
  let output = '';
  const rest = [...answers];
  child.stdout.on('data', (chunk) => {
    output += chunk;
    const [next] = rest;
    if (next === undefined || !output.includes(next[0])) return;
    rest.shift();
    child.stdin.write(next[1]);
  });
  await once(child, 'close');
  return { code: child.exitCode, output };
}
