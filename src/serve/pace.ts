import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes a second that a body, or an answer that waits for its reader, moves at least: the slowest lines are faster. */
export const LEAST_RATE = 4_000;
/** Windows in which bytes of a body may wait to be read, as behind a lock, before they count as slow. */
const STALLS = 2;

/** A client that is told why has so many milliseconds to read it. */
export const LAST_WORDS = 1_000;

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
    if (response.headersSent) {
      request.socket.destroy();
      return;
    }
    const text = JSON.stringify({ errors: [{ code: 'UNKNOWN', message }] });
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
    response.writeHead(408, { ...headers, Connection: 'close' });
    response.write(text);
    // A connection that is closed while bytes arrive is reset. The request fails then, and with it what reads the body.
    setTimeout(() => request.destroy(new Error(message)), LAST_WORDS).unref();
  }
}
