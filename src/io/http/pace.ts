import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { flowing } from '../streams/flowing.js';

/** A body on its way. */
interface Paced {
  readonly url: URL;
  /** Milliseconds without a byte after which it fails. */
  readonly timeout: number;
  readonly body: Readable;
}

/**
 * A body that brings less than this a second, on average over the time limit for a single byte, does not come: a server
 * that sends a byte now and then holds up a command for ever. A line of 9600 baud is as fast.
 */
const LEAST_BYTES_PER_SECOND = 1024;

/**
 * The time for a document beyond that of its bytes, in time limits for a single byte: it is sent in one go, where a blob
 * can be asked to go on.
 */
const DOCUMENT_TIMEOUTS = 4;
/** A second more for so many bytes, so that a list of 64 MiB arrives over a slow line. */
const DOCUMENT_BYTES_PER_SECOND = 64 * 1024;

/** The code of a failure that the same request would meet again. */
export const TOO_SLOW = 'ETOOSLOW';

/** Milliseconds from a request to the head of its answer, connection and interim answers (1xx) included. */
export function headTime(timeout: number): number {
  return timeout * DOCUMENT_TIMEOUTS;
}

/**
 * The chunks of a long body. The time in which the reader is busy does not count.
 *
 * @throws RemoraError `TIMEOUT` where it comes too slowly; what is left can be asked for
 */
export async function* steady(response: Paced): AsyncGenerator<Buffer> {
  let waited = 0;
  let bytes = 0;
  let since = performance.now();
  for await (const chunk of flowing(response.body)) {
    waited += performance.now() - since;
    bytes += chunk.length;
    if (waited >= response.timeout) {
      if (bytes * 1000 < waited * LEAST_BYTES_PER_SECOND) throw trickles(response, bytes, waited);
      waited = 0;
      bytes = 0;
    }
    yield chunk;
    since = performance.now();
  }
}

/**
 * The chunks of a document.
 *
 * @throws RemoraError `TIMEOUT` where it takes too long, which is not tried again
 */
export async function* inTime(response: Paced): AsyncGenerator<Buffer> {
  const began = performance.now();
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    const allowed = DOCUMENT_TIMEOUTS * response.timeout + (bytes / DOCUMENT_BYTES_PER_SECOND) * 1000;
    if (performance.now() - began > allowed) throw tooLate(response.url, allowed, `${bytes} bytes came`);
    yield chunk;
  }
}

/** The error for an answer that as a whole takes longer than it may. */
export function tooLate(url: URL, allowed: number, came: string): RemoraError {
  const message = `${url.host} took longer than ${Math.ceil(allowed / 1000)} s for ${url.pathname}: ${came}`;
  return new RemoraError('TIMEOUT', message, {
    cause: Object.assign(new Error(message), { code: TOO_SLOW }),
    hint: 'Try again, or allow more time with --timeout',
  });
}

function trickles({ url }: Paced, bytes: number, waited: number): RemoraError {
  const rate = `${bytes} bytes in ${Math.ceil(waited / 1000)} s`;
  return new RemoraError(
    'TIMEOUT',
    `${url.host} sends ${url.pathname} too slowly: ${rate}, wanted ${LEAST_BYTES_PER_SECOND} a second`,
    { hint: 'Try again, or allow more time with --timeout' },
  );
}
