import { Readable } from 'node:stream';
import { onAbort } from '../async/on-abort.js';
import { COPIED_BYTES } from './read-buffers.js';

/** The part of undici's controller of a request that is used here. */
interface Controller {
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** The head of an answer. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/**
 * A request and its answer: the handler that undici's `dispatch()` takes. Its `request()` makes a stream for each body,
 * which costs more than the rest of a HEAD. Here a body has a stream only where it does not come together with its head.
 */
export class Exchange {
  /** The head of the answer, or the failure before it. */
  readonly head: Promise<Head>;
  #answered: (head: Head) => void = () => {};
  #failed: (error: Error) => void = () => {};
  #controller: Controller | undefined;
  #body: Readable | undefined;
  /** Why it has ended, or is to end, before its answer did. */
  #failure: Error | undefined;
  #isComplete = false;
  /** The bytes that came before the body was asked for. */
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  readonly #unheard: () => void;

  /** @param signal ends the request, and the body until it was read */
  constructor(signal: AbortSignal | undefined) {
    this.head = new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
    });
    const abort = () => this.stop(errorOf(signal?.reason));
    this.#unheard = onAbort(signal, abort);
    if (signal?.aborted) abort();
  }

  /** The whole body, where all of it is here before its stream was asked for; a HEAD has none. */
  get content(): readonly Buffer[] | undefined {
    return this.#isComplete && this.#body === undefined ? this.#chunks : undefined;
  }

  get body(): Readable {
    if (this.#body !== undefined) return this.#body;
    const body = new Readable({
      highWaterMark: COPIED_BYTES,
      read: () => this.#controller?.resume(),
      destroy: (error, done) => {
        this.#unheard();
        const failure = error ?? (body.readableEnded ? null : givenUp());
        if (failure !== null && !this.#isComplete) this.#controller?.abort(failure);
        done(failure);
      },
    });
    this.#body = body;
    // Without a listener an error that comes before the body is read would end the process.
    body.on('error', () => {});
    for (const chunk of this.#chunks.splice(0)) body.push(chunk);
    if (this.#failure !== undefined) body.destroy(this.#failure);
    else if (this.#isComplete) body.push(null);
    return body;
  }

  /** Ends the request, also one that waits for its connection. */
  stop(reason: Error): void {
    this.#fail(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(_: Controller, status: number, headers: Head['headers']): void {
    if (status >= 200) this.#answered({ status, headers });
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    const body = this.#body;
    this.#bytes += chunk.length;
    if (body === undefined) this.#chunks.push(chunk);
    if (body === undefined ? this.#bytes >= COPIED_BYTES : !body.push(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    if (this.#body === undefined) this.#unheard();
    else this.#body.push(null);
  }

  onResponseError(_: Controller, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#unheard();
    this.#failed(error);
    this.#body?.destroy(error);
  }
}

function givenUp(): Error {
  return Object.assign(new Error('the answer was given up'), { code: 'UND_ERR_ABORTED' });
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
