import { readFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { RemoraError } from '../errors.js';
import { fileError, ifSystemError, systemCode, UNREADABLE_CODES } from '../io/files/system-error.js';
import { watchConnections } from './connections.js';
import { createFront, type Front, type Pair } from './front.js';
import { LAST_WORDS, LEAST_RATE } from './pace.js';

/** Where a server listens. */
export interface ListenOptions {
  /** @default '127.0.0.1' */
  readonly host?: string | undefined;
  /** 0 takes a free one. @default 5000 */
  readonly port?: number | undefined;
  /** PEM files; both or none. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string } | undefined;
  /** Milliseconds without a byte from or to a client after which its connection is closed. @default 60000 */
  readonly idle?: number | undefined;
  /**
   * Connections at a time, half of them for one address or one /64. Fewer where the system lets the process open few
   * files.
   *
   * @default 1000
   */
  readonly connections?: number | undefined;
  /** Bytes a second that a body, and an answer that waits for its reader, moves on average over `window`. @default 4000 */
  readonly leastRate?: number | undefined;
  /** Milliseconds. @default 60000 */
  readonly window?: number | undefined;
}

/** A server that listens. `await using` closes it. */
export interface Listening extends AsyncDisposable {
  /** `http://127.0.0.1:5000` */
  readonly url: string;
  /** `127.0.0.1:5000`, as it is written in references */
  readonly host: string;
  /** Takes no new connections, waits for running requests for that many milliseconds, then ends them. */
  close(grace?: number): Promise<void>;
}

const HEADER_BYTES = 32 * 1024;
/** Some 20 kB of memory each, and twice as many open files at most. */
const CONNECTIONS = 1000;
/** A line that fails for a moment is not a slow one. */
const WINDOW = 60_000;
/** Open files that are not those of connections and of the blobs that they send. */
const OTHER_FILES = 64;

/**
 * Starts a server.
 *
 * @throws RemoraError `EXISTS` (the port is taken), `IO`, `NOT_FOUND` (a TLS file), `MALFORMED` (it is none)
 */
export async function listen(listener: RequestListener, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 5000, tls, idle = 60_000 } = options;
  const limits = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: Math.min(idle, 30_000),
    // A large blob takes as long as it takes; a client that sends nothing is cut off by the idle limit.
    requestTimeout: 0,
    keepAliveTimeout: 15_000,
    // The listener looks itself, and answers with an error of the specification.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(idle, 5_000),
  };
  const front =
    tls === undefined
      ? createFront(limits, undefined, listener)
      : createSecure(tls, (pair) => createFront(limits, pair, listener), await readTls(tls));
  const { server, listening } = front;
  const connections = watchConnections(front, {
    idle,
    connections: Math.min(options.connections ?? CONNECTIONS, await connectionsByFiles()),
    handshake: limits.headersTimeout,
    window: options.window ?? WINDOW,
    leastRate: options.leastRate ?? LEAST_RATE,
  });
  server.setTimeout(idle, (socket) => socket.destroy());
  server.on('clientError', (error, socket) => {
    // A handshake that failed has no connection to answer on: its end would never come.
    if (connections.canAnswer(socket)) refuseRaw(error, socket);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    listening.once('error', (error) => reject(listenError(error, host, port)));
    listening.listen(port, host, resolve);
  });
  const address = listening.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = `${host.includes(':') ? `[${host}]` : host}:${bound}`;
  const close = (grace = 10_000) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), grace);
      // Not the method of the http server: it destroys connections that still have to send the end of an answer.
      TcpServer.prototype.close.call(listening, () => {
        clearTimeout(timer);
        // It stops looking for connections that are too slow.
        server.close(() => resolve());
      });
      connections.close();
    });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${name}`,
    host: name,
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

/** Bytes that are not HTTP never become a request: they are answered here, with the body that the specification asks for. */
function refuseRaw(error: Error, socket: Duplex): void {
  if (!socket.writable || systemCode(error) === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = RAW_STATUS[systemCode(error) ?? ''] ?? '400 Bad Request';
  const body = JSON.stringify({
    errors: [{ code: 'UNSUPPORTED', message: 'the request is not HTTP that can be read' }],
  });
  const head = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LAST_WORDS).unref();
}

const RAW_STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Each connection may send a blob, which is a file, too. */
async function connectionsByFiles(): Promise<number> {
  const limits = await ifSystemError(readFile('/proc/self/limits', 'utf8'), ...UNREADABLE_CODES);
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits ?? '')?.[1] ?? Number.POSITIVE_INFINITY);
  return Math.max(Math.floor((files - OTHER_FILES) / 2), 2);
}

function createSecure(
  { certFile, keyFile }: NonNullable<ListenOptions['tls']>,
  create: (pair: Pair) => Front,
  pair: Pair,
): Front {
  try {
    return create(pair);
  } catch (error) {
    throw new RemoraError('MALFORMED', `${certFile} and ${keyFile} are not a certificate and its key in PEM`, {
      cause: error,
    });
  }
}

async function readTls({ certFile, keyFile }: NonNullable<ListenOptions['tls']>): Promise<Pair> {
  const read = (path: string) =>
    readFile(path).catch((error: unknown) => {
      throw fileError(error, path);
    });
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)]);
  return { cert, key };
}

function listenError(error: Error, host: string, port: number): RemoraError {
  const code = systemCode(error);
  const where = `${host}:${port}`;
  if (code === 'EADDRINUSE') {
    return new RemoraError('EXISTS', `${where} is taken by another program`, {
      cause: error,
      hint: 'Choose another --port; 0 takes a free one',
    });
  }
  if (code === 'EACCES')
    return new RemoraError('IO', `${where} may not be listened on`, {
      cause: error,
      hint: 'Choose a --port above 1023',
    });
  return new RemoraError('IO', `${where} cannot be listened on: ${error.message}`, { cause: error });
}
