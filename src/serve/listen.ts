import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer, type ServerOptions } from 'node:https';
import { type Socket, Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { RemoraError } from '../errors.js';
import { fileError, systemCode } from '../io/files/system-error.js';

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
  };
  const server: Server =
    tls === undefined
      ? createHttpServer(limits, listener)
      : createSecure(tls, { ...limits, handshakeTimeout: limits.headersTimeout, ...(await readTls(tls)) }, listener);
  const connections = connectionsOf(server);
  server.setTimeout(idle, (socket) => socket.destroy());
  server.on('clientError', refuseRaw);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const name = `${host.includes(':') ? `[${host}]` : host}:${bound}`;
  const close = (grace = 10_000) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(() => server.closeAllConnections(), grace);
      // Not the method of the http server: it destroys connections that still have to send the end of an answer.
      TcpServer.prototype.close.call(server, () => {
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
  const status =
    systemCode(error) === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify({
    errors: [{ code: 'UNSUPPORTED', message: 'the request is not HTTP that can be read' }],
  });
  const head = ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.end(`HTTP/1.1 ${status}\r\n${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Knows which connections wait for an answer, and ends each of the others; an answer is done when all of it was sent. */
function connectionsOf(server: Server): { close(): void } {
  const answering = new Map<Socket, number>();
  let closing = false;
  const settle = (socket: Socket) => {
    if (closing && answering.get(socket) === 0) socket.destroySoon();
  };
  server.on(server instanceof HttpsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    answering.set(socket, 0);
    socket.once('close', () => answering.delete(socket));
    settle(socket);
  });
  server.prependListener('request', ({ socket }, response) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      if (answering.has(socket)) answering.set(socket, (answering.get(socket) ?? 1) - 1);
      settle(socket);
    });
  });
  return {
    close: () => {
      closing = true;
      for (const socket of answering.keys()) settle(socket);
    },
  };
}

function createSecure(
  { certFile, keyFile }: NonNullable<ListenOptions['tls']>,
  options: ServerOptions,
  listener: RequestListener,
): Server {
  try {
    return createHttpsServer(options, listener);
  } catch (error) {
    throw new RemoraError('MALFORMED', `${certFile} and ${keyFile} are not a certificate and its key in PEM`, {
      cause: error,
    });
  }
}

async function readTls({
  certFile,
  keyFile,
}: NonNullable<ListenOptions['tls']>): Promise<{ cert: Buffer; key: Buffer }> {
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
