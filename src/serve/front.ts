import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';

/** A server of HTTP, and what accepts its connections. */
export interface Front {
  readonly server: Server;
  /** The same server, except on Bun. */
  readonly listening: TcpServer;
  readonly isSecure: boolean;
}

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Options of a server, and milliseconds for a handshake of TLS. */
interface FrontOptions extends ServerOptions {
  readonly headersTimeout: number;
}

/** True where the limits of time that Node.js keeps are not kept. */
export const IS_BUN = process.versions.bun !== undefined;

/** @throws Error where the pair is none */
export function createFront(options: FrontOptions, tls: Pair | undefined, listener: RequestListener): Front {
  const isSecure = tls !== undefined;
  const handshakeTimeout = options.headersTimeout;
  if (!IS_BUN) {
    const server = isSecure
      ? createHttpsServer({ ...options, handshakeTimeout, ...tls }, listener)
      : createHttpServer(options, listener);
    return { server, listening: server, isSecure };
  }
  // Bun's own listener of HTTP tells of a connection when it asks, and closes without the end of an answer.
  const server = createHttpServer(options, listener);
  const listening = isSecure ? createTlsServer({ handshakeTimeout, ...tls }) : createTcpServer();
  listening.on(isSecure ? 'secureConnection' : 'connection', (socket) => server.emit('connection', socket));
  holdBodies(server);
  return { server, listening, isSecure };
}

/** Bun reads what a client sends as fast as it comes, and keeps it in memory until a handler asks: a body waits in the socket. */
function holdBodies(server: Server): void {
  const requests = new WeakMap<Duplex, IncomingMessage>();
  const hold = (socket: Duplex) => {
    const request = requests.get(socket);
    if (request !== undefined && request.readableLength >= request.readableHighWaterMark) socket.pause();
  };
  server.on('connection', (socket: Duplex) => socket.on('data', () => hold(socket)));
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    const read = request._read.bind(request);
    requests.set(socket, request);
    request._read = (size) => {
      socket.resume();
      read(size);
    };
    // The rest of a body that was refused is dropped.
    response.once('close', () => {
      request.resume();
      socket.resume();
    });
  });
}
