import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { clientOf } from './client-of.js';
import { type Front, IS_BUN } from './front.js';
import { Pace } from './pace.js';

/** Limits of {@link watchConnections}. */
export interface ConnectionLimits {
  /** Connections at a time; half of them for one client. */
  readonly connections: number;
  /** Milliseconds for a handshake of TLS, and for the head of a request. */
  readonly handshake: number;
  /** Milliseconds without a byte. */
  readonly idle: number;
  /** Milliseconds over which the least rate of a body, or of an answer that waits for its reader, is looked at. */
  readonly window: number;
  /** Bytes a second. */
  readonly leastRate: number;
}

/** A client that asks so many things without waiting for an answer is ended: none that is known asks a second. */
const PIPELINED = 16;
/** Looks at the rates per window. */
const LOOKS = 12;

/** The connections of a server. */
export interface WatchedConnections {
  /** Whether its handshake of TLS is done, where it has one. */
  canAnswer(stream: Duplex): boolean;
  /** Ends each connection as soon as it waits for no answer. */
  close(): void;
}

interface Connection {
  /** The TCP connection. */
  readonly raw: Socket;
  readonly client: string;
  readonly began: number;
  /** When it began to be without a request. */
  rests: number;
  /** The same as `raw`, or what TLS makes of it; undefined before its handshake is done. */
  stream: Socket | undefined;
  /** Requests whose answers were not sent. */
  running: number;
  pace: Pace | undefined;
}

/**
 * Keeps the connections of a server within limits. Where there are too many, the one that has been without a request for
 * the longest time makes room: silent ones shut nobody out. Handshakes, bodies and answers that hardly move end.
 */
export function watchConnections({ server, listening, isSecure }: Front, limits: ConnectionLimits): WatchedConnections {
  /** Those that have been without a request for the longest time stand first. */
  const all = new Set<Connection>();
  const ofStream = new WeakMap<Socket, Connection>();
  const ready = new WeakSet<Duplex>();
  const ofEnds = new Map<string, Connection>();
  let isClosing = false;
  const settle = (connection: Connection) => {
    if (isClosing && connection.running === 0 && connection.stream !== undefined) connection.stream.destroySoon();
  };
  const secured = (connection: Connection, stream: Socket) => {
    connection.stream = stream;
    ofStream.set(stream, connection);
    ready.add(stream);
    settle(connection);
  };

  listening.prependListener('connection', (raw: Socket) => {
    const connection: Connection = {
      raw,
      client: clientOf(raw.remoteAddress),
      began: performance.now(),
      rests: performance.now(),
      stream: undefined,
      running: 0,
      pace: undefined,
    };
    const ends = endsOf(raw);
    all.add(connection);
    ofEnds.set(ends, connection);
    raw.once('close', () => {
      all.delete(connection);
      if (ofEnds.get(ends) === connection) ofEnds.delete(ends);
    });
    if (!isSecure) secured(connection, raw);
    if (IS_BUN) raw.setTimeout(limits.idle, () => raw.destroy());
    makeRoom(all, connection, limits.connections);
  });
  listening.prependListener('secureConnection', (stream: Socket) => {
    const connection = ofEnds.get(endsOf(stream));
    if (connection !== undefined) secured(connection, stream);
  });
  server.prependListener('request', (request, response) => {
    const connection = ofStream.get(request.socket);
    if (connection === undefined) return;
    connection.running++;
    connection.pace = new Pace(request, response, limits.window, limits.leastRate);
    if (connection.running > PIPELINED) request.socket.destroy();
    response.once('close', () => {
      connection.running--;
      connection.rests = performance.now();
      if (all.delete(connection)) all.add(connection);
      settle(connection);
    });
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const { raw, stream, began, rests, running, pace } of all) {
      if (stream === undefined && now - began > limits.handshake) raw.destroy();
      // Node.js answers them itself.
      if (IS_BUN && running === 0 && now - rests > limits.handshake) raw.destroy();
      if (running > 0) pace?.look(now);
    }
  }, limits.window / LOOKS).unref();
  listening.once('close', () => clearInterval(timer));
  return {
    canAnswer: (stream) => ready.has(stream),
    close: () => {
      isClosing = true;
      for (const connection of all) settle(connection);
    },
  };
}

/** Ends the connection that rests for the longest time, and the new one where all others work. */
function makeRoom(all: Set<Connection>, latest: Connection, limit: number): void {
  const own = [...all].filter(({ client }) => client === latest.client);
  const crowd = own.length > Math.ceil(limit / 2) ? own : all.size > limit ? [...all] : [];
  if (crowd.length === 0) return;
  const ended = crowd.find(({ running }) => running === 0) ?? latest;
  ended.raw.destroy();
  // Others may come before its end is told.
  all.delete(ended);
}

/** Tells connections apart that are open at the same time. */
function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
