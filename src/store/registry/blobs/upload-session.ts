import { isRemoraError, type RemoraError } from '../../../errors.js';
import { interrupted } from '../../../io/async/interrupt.js';
import { pause } from '../../../io/async/pause.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import { backoff, mayRetry } from '../../../io/http/retry.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { TransferOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { askedAhead, ifAnswered } from '../client/errors.js';
import { closingUrl, sessionUrl } from './upload-location.js';
import type { UploadSource } from './upload-source.js';

/** How a blob is sent: what one session has learned is good for the next. */
export interface UploadPlan {
  /** 1 until something fails, and again when bytes have advanced. */
  attempt: number;
  /** Bytes of a request; undefined sends all in one. */
  chunk: number | undefined;
  /** A new connection for each chunk: the line breaks after so many bytes. */
  fresh: boolean;
}

/** A registry answers 413 for what a proxy before it is allowed to take; nginx takes 1 MiB unless told otherwise. */
const MIN_CHUNK = 256 * 1024;
const PROGRESS = 64 * 1024;
/** How often in a row a registry may say that a chunk is not what comes next (416). */
const MISSES = 5;

type Outcome = 'next' | 'done' | 'broken' | 'lost';

/** A session of an upload (distribution-spec, "Pushing a blob in chunks"). */
export class UploadSession {
  /** The last failure, which is thrown when the upload is given up. */
  failure: RemoraError | undefined;
  #offset = 0;
  #resumed = false;

  /** @param location where the next request goes; every answer may name another */
  constructor(
    private readonly client: RegistryClient,
    private location: URL,
    private readonly expected: Descriptor,
    private readonly source: UploadSource,
    private readonly plan: UploadPlan,
    private readonly options: TransferOptions,
  ) {}

  /**
   * Sends the content. When the line breaks, the registry is asked how far it got, and the rest is sent.
   *
   * @returns false when the session is lost, and another must be begun
   */
  async run(): Promise<boolean> {
    for (;;) {
      let next: Outcome;
      try {
        next = await this.#step();
      } catch (error) {
        if (this.source.error !== undefined) throw this.source.error;
        if (this.options.signal?.aborted) throw interrupted(this.options.signal);
        // An answer that #step gave up for, such as a wait that is too long, is not tried again.
        if (error === this.failure || !isRemoraError(error) || !mayRetry(error, this.plan.attempt)) throw error;
        this.failure = error;
        next = 'broken';
      }
      if (next === 'done') return true;
      if (next === 'lost' || (next === 'broken' && !(await this.#recover()))) return false;
    }
  }

  /** Sends the next part. */
  async #step(): Promise<Outcome> {
    const { size } = this.expected;
    const whole = this.#offset === 0 && (this.plan.chunk === undefined || size <= this.plan.chunk);
    const closes = whole || this.#offset === size;
    const response = closes ? await this.#put(this.#offset, size - this.#offset) : await this.#patch();
    const { status } = response;
    if (status === 201 || status === 204 || status === 200 || (!closes && status === 202)) {
      await discard(response);
      return closes ? 'done' : 'next';
    }
    this.failure = await this.client.error(response, `upload of ${this.expected.digest}`);
    if (status === 413 && this.#shrink()) return this.#offset === 0 ? 'lost' : 'next';
    // An unknown session has expired. A wrong digest after going on means that the registry and we did not agree where.
    if (status === 404 || (this.#resumed && status === 400)) return 'lost';
    if (response.retry && mayRetry(this.failure, this.plan.attempt)) return 'broken';
    if (status === 416 && this.plan.attempt < MISSES) return 'broken';
    throw this.failure;
  }

  /** Waits, and finds out where to go on. False when the session is lost. */
  async #recover(): Promise<boolean> {
    const sent = this.source.position - this.#offset;
    await pause(backoff(this.plan.attempt++, this.client.retryDelay), this.options.signal);
    this.source.close();
    const reached = await this.#ask();
    if (typeof reached === 'number') {
      if (reached - this.#offset >= PROGRESS) this.plan.attempt = 1;
      this.#offset = reached;
    } else if (sent > PROGRESS && this.failure?.code === 'UNREACHABLE') {
      // A registry that cannot go on loses what a broken request brought: smaller ones lose less.
      this.plan.chunk = Math.min(this.plan.chunk ?? sent, Math.max(MIN_CHUNK, Math.floor(sent / 4)));
      this.plan.fresh = true;
    }
    this.#resumed = true;
    return reached !== 'lost' && this.#offset > 0;
  }

  #put(start: number, length: number): Promise<HttpResponse> {
    return this.#send('PUT', closingUrl(this.location, this.expected.digest), start, length);
  }

  async #patch(): Promise<HttpResponse> {
    const start = this.#offset;
    const length = Math.min(this.plan.chunk ?? this.expected.size, this.expected.size - start);
    const response = await this.#send('PATCH', this.location, start, length, {
      'content-range': `${start}-${start + length - 1}`,
    });
    if (response.status >= 200 && response.status < 300) {
      this.location = sessionUrl(response, this.location, `upload of ${this.expected.digest}`) ?? this.location;
      this.#offset = start + length;
      this.plan.attempt = 1;
    }
    return response;
  }

  #send(
    method: 'PUT' | 'PATCH',
    target: URL,
    start: number,
    length: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpResponse> {
    const open = async () => (length === 0 ? Buffer.alloc(0) : this.source.part(start, length));
    return this.client.send({
      method,
      target,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body: { size: length, open },
      retry: false,
      fresh: this.plan.fresh,
      signal: this.options.signal,
    });
  }

  /** The bytes that the registry has; undefined when it does not say, 'lost' when it does not know the session. */
  async #ask(): Promise<number | 'lost' | undefined> {
    const response = await ifAnswered(
      this.client.send({ method: 'GET', target: this.location, signal: this.options.signal }),
    );
    if (response === undefined) return undefined;
    await discard(response);
    if (response.status === 404) return 'lost';
    const [, end] = /^(?:bytes=)?0-(\d+)$/.exec(response.header('range') ?? '') ?? [];
    if (response.status < 200 || response.status > 299 || end === undefined) return undefined;
    const reached = Number(end) + 1;
    // distribution says 0-0 of no byte and of one: to begin anew costs less than to be wrong.
    if (end === '0' || !Number.isSafeInteger(reached) || reached > this.expected.size) return 'lost';
    this.location = sessionUrl(response, this.location, `upload of ${this.expected.digest}`) ?? this.location;
    return reached;
  }

  /** Smaller chunks, after 413. False when they are as small as it makes sense. */
  #shrink(): boolean {
    const now = Math.min(this.plan.chunk ?? this.expected.size, this.expected.size);
    if (now <= MIN_CHUNK) return false;
    this.plan.chunk = Math.max(MIN_CHUNK, Math.floor(now / 4));
    return true;
  }

  /** Tells the registry to forget the session (distribution-spec, "Cancel a blob upload"); whether it does changes nothing for us. */
  async cancel(): Promise<void> {
    await cancelUpload(this.client, this.location);
  }
}

/** See {@link UploadSession.cancel}. */
export async function cancelUpload(client: RegistryClient, location: URL): Promise<void> {
  const sent = client.send({
    method: 'DELETE',
    target: location,
    headers: { 'content-length': '0' },
    retry: false,
    signal: AbortSignal.timeout(2000),
  });
  const response = await askedAhead(sent);
  if (response !== undefined) await discard(response);
}
