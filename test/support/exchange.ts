import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestRecord } from './request-log.js';

export type Body = string | Uint8Array | AsyncIterable<Uint8Array>;

/** A body that is not sent to its end. */
export interface ShortBody {
  readonly bytes: number;
  readonly end: 'cut' | 'stall';
}

/** One request and its answer, counted into a record. */
export class Exchange {
  readonly method: string;
  /** Path and query as they were on the wire. */
  readonly path: string;
  readonly query: URLSearchParams;
  shortBody: ShortBody | undefined;
  /** How slowly the body is sent. */
  pace: { readonly bytes: number; readonly pause: number } | undefined;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly record: RequestRecord,
  ) {
    this.method = record.method;
    this.path = record.path;
    this.query = new URLSearchParams(this.path.split('?').slice(1).join('?'));
  }

  /** The request's body; leaving the loop early keeps the connection for an answer. */
  async *body(): AsyncGenerator<Buffer, void> {
    for await (const chunk of this.request.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      this.record.requestBytes += bytes.length;
      yield bytes;
    }
  }

  /** The whole body, or undefined where it is longer than the limit. */
  async bytes(limit: number): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.body()) {
      size += chunk.length;
      if (size > limit) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  async reply(status: number, headers: OutgoingHttpHeaders = {}, body: Body = ''): Promise<void> {
    const whole = typeof body === 'string' ? Buffer.from(body) : body;
    const own = Object.keys(headers).some((name) => name.toLowerCase() === 'content-length');
    const counted = whole instanceof Uint8Array && status !== 204 && status !== 304 && !own;
    this.record.status = status;
    this.response.writeHead(status, {
      ...(counted && { 'content-length': whole.length }),
      ...headers,
    });
    if (this.method === 'HEAD') {
      this.response.end();
      return;
    }
    const complete = await this.#send(whole instanceof Uint8Array ? [whole] : whole);
    // node drops what is left of a body only where nothing of it was read.
    this.request.resume();
    if (complete) this.response.end();
    else if (this.shortBody?.end === 'cut') this.response.destroy();
  }

  async #send(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<boolean> {
    let room = this.shortBody?.bytes ?? Infinity;
    for await (const chunk of chunks) {
      const part = chunk.subarray(0, room);
      const size = this.pace?.bytes ?? Math.max(1, part.length);
      for (let start = 0; start < part.length && !this.#isGone; start += size) {
        if (this.pace !== undefined) await sleep(this.pace.pause);
        await this.#write(part.subarray(start, start + size));
      }
      if (part.length < chunk.length || this.#isGone) return false;
      room -= part.length;
    }
    return true;
  }

  /** Whether the client went away. Node.js 26 leaves an answer undestroyed then, and takes writes for done. */
  get #isGone(): boolean {
    return this.response.destroyed || this.request.socket.destroyed;
  }

  /** Settles once the bytes are with the system, so that a cut comes after them, never before. */
  async #write(part: Uint8Array): Promise<void> {
    this.record.responseBytes += part.length;
    await new Promise<void>((resolve) => this.response.write(part, () => resolve()));
  }
}
