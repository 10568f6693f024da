import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { FOREIGN } from '../support/remora.js';

/** One run of a program, seen from outside. */
export interface Measured {
  readonly seconds: number;
  /** Seconds of processor time, of the program and of the kernel for it. */
  readonly cpu: number;
  /** Largest resident set of the process in MB, where the system tells it. */
  readonly peakMB: number;
}

// The shell's own clock reads what the kernel counted for the program, to the millisecond.
const TIMED = 'TIMEFORMAT="%R %U %S"; exec 3>"$1" 4>&2; shift; { time "$@" 2>&4 3>&- 4>&-; } 2>&3';

/** Runs a program to its end and watches its time and memory. */
export async function measure(
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'remora-time-'));
  const times = join(folder, 'times');
  const env = { ...process.env, LC_ALL: 'C', ...FOREIGN, ...options.env };
  const child = spawn('bash', ['-c', TIMED, 'bash', times, ...command], {
    ...options,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  let peak = 0;
  const look = async () => {
    const pid = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid.trim() || 'none'}/status`, 'utf8').catch(() => '');
    peak = Math.max(peak, Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0));
  };
  const timer = setInterval(look, 20);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${complaint}`);
  const [seconds = NaN, user = NaN, system = NaN] = (await readFile(times, 'utf8')).trim().split(' ').map(Number);
  await rm(folder, { recursive: true });
  return { seconds, cpu: user + system, peakMB: (peak * 1024) / 1e6 };
}

/** All runs of each program, taken in turn with those of the others, so that drift of the machine meets all alike. */
export class Rounds {
  readonly #runs: ReadonlyMap<string, readonly Measured[]>;

  constructor(runs: ReadonlyMap<string, readonly Measured[]>) {
    this.#runs = runs;
  }

  names(): string[] {
    return [...this.#runs.keys()];
  }

  /** Median times, and the largest peak. */
  of(name: string): Measured {
    const runs = this.#of(name);
    return {
      seconds: median(runs.map(({ seconds }) => seconds)),
      cpu: median(runs.map(({ cpu }) => cpu)),
      peakMB: Math.max(...runs.map(({ peakMB }) => peakMB)),
    };
  }

  /** The median of all pairs of one round, and the quarters of them on both sides: the machine's noise. */
  ratio(name: string, beside: string, what: 'seconds' | 'cpu' = 'seconds'): Ratio {
    const other = this.#of(beside);
    return spread(this.#of(name).map((run, round) => run[what] / (other[round]?.[what] ?? NaN)));
  }

  #of(name: string): readonly Measured[] {
    const runs = this.#runs.get(name);
    if (runs === undefined) throw new Error(`${name} was not measured`);
    return runs;
  }
}

export interface Ratio {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Runs each program `rounds` times. */
export async function inTurn(
  rounds: number,
  runs: Readonly<Record<string, (round: number) => Promise<Measured>>>,
): Promise<Rounds> {
  const all = new Map<string, Measured[]>(Object.keys(runs).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(runs)) all.get(name)?.push(await run(round));
  }
  return new Rounds(all);
}

/** The median of several values, and the borders of the middle half of them. */
export function spread(values: readonly number[]): Ratio {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round((sorted.length - 1) * share)] ?? NaN;
  return { median: median(values), low: at(0.25), high: at(0.75) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? NaN)) / 2;
}

/** `0.98 (0.95–1.04, wanted 1.00)` */
export function ratioText({ median, low, high }: Ratio, wanted?: number): string {
  const [a, b, c] = [median, low, high].map((value) => value.toFixed(2));
  return `${a} (${b}–${c}${wanted === undefined ? '' : `, wanted ${wanted.toFixed(2)}`})`;
}

/** Prints a table on standard output. */
export function report(title: string, rows: readonly (readonly (string | number)[])[]): void {
  const text = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toFixed(3) : cell)));
  const widths = (text[0] ?? []).map((_, index) => Math.max(...text.map((row) => (row[index] ?? '').length)));
  const lines = text.map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`);
  process.stdout.write(`\n${title}\n${lines.join('\n')}\n`);
}

/** Memory is asserted where times are only printed: it hardly depends on what else the machine does. */
export function expectPeakBelow(runs: Rounds, names: readonly string[], megabytes: number): void {
  for (const name of names) expect(runs.of(name).peakMB, `${name}: peak MB`).toBeLessThan(megabytes);
}
