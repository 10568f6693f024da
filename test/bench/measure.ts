import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { FOREIGN } from '../support/remora.js';

/** One run of a program, seen from outside. */
export interface Measured {
  readonly seconds: number;
  /** Largest resident set of the process in MB, where the system tells it. */
  readonly peakMB: number;
}

/** Runs a program to its end and watches its memory. */
export async function measure(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Measured> {
  const [program = '', ...args] = command;
  const started = performance.now();
  const env = { ...process.env, ...FOREIGN, ...options.env };
  const child = spawn(program, args, { ...options, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  let peak = 0;
  const look = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
  };
  const timer = setInterval(look, 20);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${complaint}`);
  return { seconds: (performance.now() - started) / 1000, peakMB: peak / 1000 };
}

/** The median of several runs, taken in turn with those of the others, so that drift of the machine meets all alike. */
export async function inTurn(
  rounds: number,
  runs: Readonly<Record<string, (round: number) => Promise<Measured>>>,
): Promise<Readonly<Record<string, Measured>>> {
  const all = new Map<string, Measured[]>(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) all.get(name)?.push(await run(round));
  }
  const median = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return Object.fromEntries(
    [...all].map(([name, list]) => [
      name,
      { seconds: median(list.map(({ seconds }) => seconds)), peakMB: Math.max(...list.map(({ peakMB }) => peakMB)) },
    ]),
  );
}

/** Prints a table on standard output. */
export function report(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell)));
  const widths = (text[0] ?? []).map((_, index) => Math.max(...text.map((row) => (row[index] ?? '').length)));
  const lines = text.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`);
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}
