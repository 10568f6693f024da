import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Certificate } from './certificates.js';
import { type Body, Exchange } from './exchange.js';
import type { RequestRecord, RequestRecorder } from './request-log.js';
import type { Rounds } from './rounds.js';

/** What goes wrong with one request. */
export type Fault =
  /** This answer instead of the real one; the request's body is not read. */
  | { readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: Body }
  /** The connection is reset before anything is read or answered. */
  | 'reset'
  /** Nothing is read and nothing is answered. */
  | 'stall'
  /** The real answer's body ends after so many bytes, with the connection; a shorter body is not touched. */
  | { readonly cutAfter: number }
  /** The real answer's body stops after so many bytes, and the connection stays open. */
  | { readonly stallAfter: number }
  /** The real answer's body comes in pieces of so many bytes with a pause (milliseconds) before each. */
  | { readonly slow: { readonly bytes: number; readonly pause: number } };

/** The request that a fault is chosen for. */
export interface FaultRequest extends Pick<RequestRecord, 'method' | 'path' | 'headers'> {
  /** How often this method and path were seen since the last `clear()`: 1 for the first time. */
  readonly count: number;
}

export interface TrafficOptions {
  /** Milliseconds that every request waits before it is handled. @default 0 */
  readonly latency?: number;
  /** Counts requests in series, and holds them for that. @default no request is held */
  readonly rounds?: Rounds;
  readonly fault?: (request: FaultRequest) => Fault | undefined;
  /** Speaks https; with `ca`, to clients alone that show a certificate of it. @default http */
  readonly tls?: Certificate & { readonly ca?: string };
}

export interface Listener {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** `http://127.0.0.1:PORT`, or `https://…` */
  readonly url: string;
  /** Ends all connections, also those under way. */
  close(): Promise<void>;
}

/** An HTTP server on a free port of the loopback interface, with its traffic recorded and disturbed. */
export async function listen(
  recorder: RequestRecorder,
  options: TrafficOptions,
  handle: (exchange: Exchange) => Promise<void>,
): Promise<Listener> {
  const { tls } = options;
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const exchange = record(recorder, request, response);
    disturb(exchange, recorder, options, handle).catch((error: unknown) => abandon(exchange, error));
  };
  const server =
    tls === undefined
      ? createServer({ keepAliveTimeout: 60_000 }, onRequest)
      : createTlsServer({ ...tls, requestCert: tls.ca !== undefined, keepAliveTimeout: 60_000 }, onRequest);
  const host = `127.0.0.1:${await listenOnNewPort(server)}`;
  return {
    host,
    url: `${tls === undefined ? 'http' : 'https'}://${host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A process remembers tokens, and how a registry is spoken to: a port must not mean another server later. */
const used = new Set<number>();

async function listenOnNewPort(server: Server): Promise<number> {
  for (;;) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    if (!used.has(address.port)) {
      used.add(address.port);
      return address.port;
    }
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function record(recorder: RequestRecorder, request: IncomingMessage, response: ServerResponse): Exchange {
  const record = recorder.begin(request.method ?? 'GET', request.url ?? '/', request.headers);
  const end = () => {
    record.end = Math.min(record.end, performance.now());
  };
  response.once('finish', end).once('close', end);
  return new Exchange(request, response, record);
}

async function disturb(
  exchange: Exchange,
  { log }: RequestRecorder,
  { latency, rounds, fault: choose }: TrafficOptions,
  handle: (exchange: Exchange) => Promise<void>,
): Promise<void> {
  const { method, path, headers } = exchange.record;
  const fault = choose?.({
    method,
    path,
    headers,
    count: log.requests.filter((request) => request.method === method && request.path === path).length,
  });
  if (latency) await sleep(latency);
  await rounds?.wait(exchange.response);
  if (fault === 'stall') return;
  if (fault === 'reset') {
    exchange.request.socket.resetAndDestroy();
    return;
  }
  if (fault !== undefined && 'status' in fault) {
    await exchange.reply(fault.status, fault.headers, fault.body);
    return;
  }
  if (fault !== undefined && 'slow' in fault) exchange.pace = fault.slow;
  else if (fault !== undefined) {
    exchange.shortBody =
      'cutAfter' in fault ? { bytes: fault.cutAfter, end: 'cut' } : { bytes: fault.stallAfter, end: 'stall' };
  }
  await handle(exchange);
}

/** A client that went away is part of the game; anything else is a fault of the test server and must be seen. */
function abandon(exchange: Exchange, error: unknown): void {
  const { request, response } = exchange;
  if (response.headersSent || request.destroyed || response.destroyed) {
    response.destroy();
    return;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  void exchange.reply(500, { 'content-type': 'text/plain' }, text);
}
