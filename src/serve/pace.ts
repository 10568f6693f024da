import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson } from './answer.js';

/** Bytes a second that a body, or an answer that waits for its reader, moves at least: the slowest lines are faster. */
export const LEAST_RATE = 4_000;
/** Windows in which bytes of a body may wait to be read, as behind a lock, before they count as slow. */
const STALLS = 2;

/** Ends a request whose body, or whose answer, hardly moves. */
export class Pace {
  #since = performance.now();
  #moved: number;
  #stalled = 0;
  #wasSending = false;

  /**
   * @param window milliseconds over which the rate is looked at
   * @param least bytes a second
   */
  constructor(
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly window: number,
    private readonly least: number,
  ) {
    this.#moved = request.socket.bytesRead;
  }

  look(now: number): void {
    const { request, response, window, least } = this;
    const { socket } = request;
    // Bytes that the system has taken.
    const sent = socket.bytesWritten - socket.writableLength;
    const isSending = response.headersSent && socket.writableLength > 0;
    const moved = isSending ? sent : socket.bytesRead;
    const isWaiting = isSending || (!request.complete && !response.headersSent);
    if (!isWaiting || isSending !== this.#wasSending) this.#begin(now, moved, isSending);
    else if (!isSending && request.readableLength > 0 && this.#stalled < STALLS * window) {
      this.#stalled += now - this.#since;
      this.#begin(now, moved, isSending);
      // Of a large piece that the system is sending nothing is seen before all of it is sent.
    } else if (now - this.#since >= Math.max(window, isSending ? (socket.writableLength * 1000) / least : 0)) {
      if (moved - this.#moved < (least * (now - this.#since)) / 1000) this.#end();
      else this.#begin(now, moved, isSending);
    }
  }

  #begin(now: number, moved: number, isSending: boolean): void {
    this.#since = now;
    this.#moved = moved;
    this.#wasSending = isSending;
  }

  #end(): void {
    const { request, response } = this;
    const message = `the body comes with less than ${this.least} bytes a second`;
    if (response.headersSent) request.socket.destroy();
    else {
      // After its answer a request gets no end of its own: what reads the body would wait for ever.
      response.once('finish', () => request.destroy(new Error(message)));
      sendJson(response, 408, { errors: [{ code: 'UNKNOWN', message }] }, { Connection: 'close' });
    }
  }
}
