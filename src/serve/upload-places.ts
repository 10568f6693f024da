import type { IncomingMessage } from 'node:http';
import { clientOf } from './client-of.js';
import { LEAST_RATE } from './pace.js';

/** Where all places are taken, an upload gives its place to another when it has been slow for so long. */
const PATIENCE_MS = 5_000;
/** Of all places, those that one client takes. */
const SHARE = 0.75;

interface Upload {
  readonly request: IncomingMessage;
  readonly client: string;
  readonly began: number;
  readonly bytes: number;
}

/** Places of requests that send content. A client that sends next to nothing loses its place where others wait for one. */
export class UploadPlaces {
  readonly #uploads = new Set<Upload>();

  constructor(
    private readonly total: number,
    private readonly patience = PATIENCE_MS,
  ) {}

  /** @returns what gives the place free; undefined where there is none */
  take(request: IncomingMessage): (() => void) | undefined {
    const client = clientOf(request.socket.remoteAddress);
    const own = [...this.#uploads].filter((upload) => upload.client === client);
    const crowd = own.length >= Math.ceil(this.total * SHARE) ? own : [...this.#uploads];
    if (crowd === own || crowd.length >= this.total) {
      const slow = crowd.find((upload) => this.#isSlow(upload));
      if (slow === undefined) return undefined;
      this.#uploads.delete(slow);
      slow.request.socket.destroy();
    }
    const upload = { request, client, began: performance.now(), bytes: request.socket.bytesRead };
    this.#uploads.add(upload);
    return () => this.#uploads.delete(upload);
  }

  #isSlow({ request, began, bytes }: Upload): boolean {
    const ms = performance.now() - began;
    // Bytes that wait to be read are late by this server's fault.
    if (ms < this.patience || request.complete || request.readableLength > 0) return false;
    return request.socket.bytesRead - bytes < (LEAST_RATE * ms) / 1000;
  }
}
