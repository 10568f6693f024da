import { connect } from 'node:net';
import { handled } from '../async/handled.js';
import { pause } from '../async/pause.js';
import { lookUp } from './look-up.js';

/** The protocol that a port speaks. */
export type Spoken = 'http' | 'tls';

/** After so many milliseconds without an answer to the first question the second is asked as well. */
const PATIENCE_MS = 1000;

/**
 * A ClientHello of TLS 1.2 (RFC 5246 §7.4.1.2). Its random bytes hold an empty line, since a server of HTTP answers a line,
 * and waits for the end of it.
 */
const CLIENT_HELLO = Buffer.concat([
  Buffer.from('1603010069010000650303', 'hex'),
  Buffer.from('remora asks what you speak\r\n\r\n\0\0'),
  Buffer.from('000014c02bc02fc02cc030cca9cca8c013c014009c002f0100', 'hex'),
  Buffer.from('0028000a00080006001d00170018000b00020100000d0012001004030804040105030805050108060601', 'hex'),
]);

/**
 * Finds out what a port speaks by its own answer: a record of TLS, or text. Only the name of the host is sent. Servers
 * do not take the first question for a request.
 *
 * @param timeout milliseconds
 * @returns undefined where no answer tells: the port closes each connection, or is silent
 * @throws the system's error where the port cannot be connected to
 */
export async function askSpoken(url: URL, timeout: number, signal: AbortSignal): Promise<Spoken | undefined> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const hello = handled(ask(url, CLIENT_HELLO, timeout, either).then((answer) => spokenBy(answer, /^/)));
  const plain = async (): Promise<Spoken | undefined> => {
    const first = await Promise.race([hello, pause(Math.min(PATIENCE_MS, timeout), either)]);
    if (first !== undefined) return first;
    // A server of TLS may answer with 400 to HTTP, as others do for reasons of their own.
    return spokenBy(await ask(url, plainRequest(url), timeout, either), /^HTTP\/1\.\d (?!400)/);
  };
  try {
    return await firstDefined([hello, plain()]);
  } finally {
    done.abort();
  }
}

function plainRequest({ host }: URL): Buffer {
  return Buffer.from(`GET /v2/ HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: remora\r\nConnection: close\r\n\r\n`);
}

/** An alert or a handshake of TLS starts with its type and the major version (RFC 8446 §5.1). */
function spokenBy(answer: string | undefined, http: RegExp): Spoken | undefined {
  if (answer === undefined) return undefined;
  if (answer.startsWith('\x15\x03') || answer.startsWith('\x16\x03')) return 'tls';
  return http.test(answer) ? 'http' : undefined;
}

/** Sends a question, and gives the beginning of the answer; undefined where none comes. */
function ask(url: URL, question: Buffer, timeout: number, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const socket = connect({ host, port, lookup: lookUp });
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      settle();
    };
    const stop = () => end(() => resolve(undefined));
    signal.addEventListener('abort', stop, { once: true });
    socket.setTimeout(timeout, stop);
    socket.on('connect', () => socket.write(question));
    socket.on('data', (bytes) => end(() => resolve(bytes.toString('latin1'))));
    socket.on('end', stop);
    // A reset after the connection was made is an end like others.
    socket.on('error', (error) => end(() => (socket.bytesWritten > 0 ? resolve(undefined) : reject(error))));
    if (signal.aborted) stop();
  });
}

function firstDefined<T>(promises: readonly Promise<T | undefined>[]): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    let left = promises.length;
    for (const promise of promises)
      promise.then((value) => {
        left--;
        if (value !== undefined || left === 0) resolve(value);
      }, reject);
  });
}
