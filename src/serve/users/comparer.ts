import { Worker } from 'node:worker_threads';

interface Comparison {
  readonly password: string;
  readonly hash: string;
  readonly resolve: (isEqual: boolean) => void;
  readonly reject: (error: Error) => void;
}

/** Comparisons that run at a time: strangers order them, and the other processors stay with those who are let in. */
const THREADS = 2;

/** Compares passwords with bcrypt hashes in threads, which start when they are needed and keep no process running. */
export class Comparer {
  readonly #waiting: Comparison[] = [];
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, Comparison>();

  /** Comparisons that run or wait. */
  get size(): number {
    return this.#running.size + this.#waiting.length;
  }

  compare(password: string, hash: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ password, hash, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle.splice(0), ...this.#running.keys()].map((worker) => worker.terminate()));
  }

  #next(): void {
    if (this.#running.size >= THREADS) return;
    const comparison = this.#waiting.shift();
    if (comparison === undefined) return;
    const worker = this.#idle.pop() ?? this.#start();
    this.#running.set(worker, comparison);
    worker.postMessage({ password: comparison.password, hash: comparison.hash });
  }

  #start(): Worker {
    const worker = new Worker(new URL('./bcrypt-worker.cjs', import.meta.url), { execArgv: [], env: {} });
    let failure = new Error('the thread that compares passwords ended');
    worker.unref();
    worker.on('message', (isEqual: unknown) => {
      this.#running.get(worker)?.resolve(isEqual === true);
      this.#running.delete(worker);
      this.#idle.push(worker);
      this.#next();
    });
    worker.on('error', (error: Error) => {
      failure = error;
    });
    worker.once('exit', () => {
      if (this.#idle.includes(worker)) this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#running.get(worker)?.reject(failure);
      this.#running.delete(worker);
      this.#next();
    });
    return worker;
  }
}
