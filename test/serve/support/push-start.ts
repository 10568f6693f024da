import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  request,
} from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createServer, type ServerOptions } from '../../../src/serve/server.js';
import type { Repositories } from '../../../src/store/interfaces/hosting.js';
import { openRepositories } from '../../../src/store/layout/hosting/repositories.js';
import { tempDir } from '../../support/temp.js';

export const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What goes with a request: a buffer is sent with its length, a stream in chunks. */
export interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer | Readable;
}

export interface Served {
  readonly directory: string;
  readonly repositories: Repositories;
  readonly host: string;
  readonly port: number;
  send(method: string, path: string, sent?: Sent): Promise<Answer>;
  /** Starts an upload and gives its path. */
  begin(name: string): Promise<string>;
  /** Sends a blob in one request. */
  blob(name: string, bytes: string | Buffer, digest: string): Promise<Answer>;
}

/** Options of {@link serve}. */
export interface ServeOptions extends ServerOptions {
  /** @default a fresh one */
  readonly directory?: string | undefined;
  readonly maxRepositories?: number | undefined;
}

/** Serves a directory for the running test. */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const directory = options.directory ?? (await tempDir());
  const repositories = await openRepositories(directory, options);
  const server = createHttpServer(createServer(repositories, options));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  const { port } = address;
  const sendHere = (method: string, path: string, sent?: Sent) => send(port, method, path, sent);
  return {
    directory,
    repositories,
    host: `127.0.0.1:${port}`,
    port,
    send: sendHere,
    begin: async (name) => location(await sendHere('POST', `/v2/${name}/blobs/uploads/`)),
    blob: (name, bytes, digest) =>
      sendHere('POST', `/v2/${name}/blobs/uploads/?digest=${encodeURIComponent(digest)}`, { body: bytes }),
  };
}

/** One request on a connection of its own. */
export async function send(port: number, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { headers = {}, body } = sent;
  const length = body instanceof Readable ? undefined : Buffer.byteLength(body ?? '');
  const outgoing = request({
    port,
    host: '127.0.0.1',
    method,
    path,
    agent: false,
    headers: { ...(length === undefined || method === 'GET' ? {} : { 'Content-Length': length }), ...headers },
  });
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: bytes }),
        reject,
      );
    });
  });
  if (body instanceof Readable) body.pipe(outgoing);
  else outgoing.end(body);
  return answer;
}

export function location({ status, headers }: Answer): string {
  expect([201, 202, 204]).toContain(status);
  expect(headers.location).toMatch(/^\/v2\//);
  return headers.location ?? '';
}

const errors = z.strictObject({
  errors: z.tuple([
    z.strictObject({ code: z.string().regex(/^[A-Z_]+$/), message: z.string(), detail: z.unknown().optional() }),
  ]),
});

/** Status and code of an answer that must be an error of the specification. */
export function refusal(answer: Answer): readonly [number, string] {
  expect(answer.headers['content-type']).toBe('application/json');
  return [answer.status, errors.parse(JSON.parse(answer.body.toString())).errors[0].code];
}

/** The detail of such an error. */
export function detailOf({ body }: Answer): unknown {
  return errors.parse(JSON.parse(body.toString())).errors[0].detail;
}
