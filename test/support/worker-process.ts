import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * A process of its own that does what it is told: one line in, lines out. It says `ready` when it has loaded, so that
 * many can begin at the same moment.
 */
export class WorkerProcess {
  /** Everything that it said after `ready`. */
  readonly lines: string[] = [];
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<() => void>();
  #errors = '';
  #isReady = false;
  #hasExited = false;

  constructor(path: string) {
    this.#child = spawn(process.execPath, [path], { stdio: 'pipe' });
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (chunk) => {
      this.#errors += chunk;
    });
    createInterface(this.#child.stdout).on('line', (line) => {
      if (line === 'ready') this.#isReady = true;
      else this.lines.push(line);
      this.#changed();
    });
    this.exited = once(this.#child, 'close').then(() => {
      this.#hasExited = true;
      this.#changed();
    });
    this.ready = this.#until(() => this.#isReady);
    this.ready.catch(() => {});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  tell(command: object): void {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
  }

  /** The line with this number, from 0, once it was said. */
  async line(number: number): Promise<string> {
    await this.#until(() => this.lines.length > number);
    return this.lines[number] ?? '';
  }

  /** Ends it at once, wherever it is. Lines that it has said are in `lines` afterwards. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #changed(): void {
    for (const check of [...this.#waiting]) check();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (condition()) resolve();
        else if (this.#hasExited) reject(new Error(`the worker ended before it answered: ${this.#errors}`));
        else return;
        this.#waiting.delete(check);
      };
      this.#waiting.add(check);
      check();
    });
  }
}
