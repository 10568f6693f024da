import { createServer as createHttpServer, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { createServer, type RequestLog, type ServerOptions } from '../../../src/serve/server.js';
import type { Repository } from '../../../src/store/interfaces/hosting.js';
import { openRepositories } from '../../../src/store/layout/hosting/repositories.js';
import { tempDir } from '../../support/temp.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array | string | undefined;
}

/** A registry on a free port, over a directory of its own or a given one. */
export class Served {
  readonly log: RequestLog[] = [];
  #port = 0;

  private constructor(
    readonly directory: string,
    readonly repository: (name: string) => Promise<Repository>,
  ) {}

  static async start(options: ServerOptions & { readonly directory?: string } = {}): Promise<Served> {
    const directory = options.directory ?? join(await tempDir(), 'root');
    const repositories = await openRepositories(directory);
    const served = new Served(directory, async (name) => {
      const repository = await repositories.open(name, { create: true });
      if (repository === undefined) throw new Error(`${name} cannot be created`);
      return repository;
    });
    const server = createHttpServer(
      createServer(repositories, { ...options, onRequest: (line) => served.log.push(line) }),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    served.#port = address.port;
    return served;
  }

  /** As it is written in references. */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Sends the path exactly as it is written. */
  send(method: string, path: string, { headers = {}, body }: SendOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const sent = request(
        { host: '127.0.0.1', port: this.#port, agent: false, method, path, headers: { ...length, ...headers } },
        (response) => {
          buffer(response).then(
            (content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: content }),
            reject,
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends bytes that no client would, and gives all that comes back before the connection ends. */
  raw(bytes: Uint8Array | string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#port, '127.0.0.1', () => socket.end(bytes));
      const chunks: Buffer[] = [];
      socket.setTimeout(10_000, () => socket.destroy(new Error('no answer')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
      socket.on('close', () => resolve(Buffer.concat(chunks)));
    });
  }

  async blob(name: string, content: Uint8Array | string, mediaType = 'application/octet-stream'): Promise<Descriptor> {
    const bytes = Buffer.from(content);
    const descriptor: Descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
    await (await this.repository(name)).writeBlob(descriptor, async () => Readable.from([bytes]));
    return descriptor;
  }

  /** Pushes a document over HTTP, by its digest or under a tag. */
  async push(name: string, content: object | string, tag?: string): Promise<Descriptor & { readonly answer: Answer }> {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const mediaType = typeOf(JSON.parse(body));
    const digest = digestOf(Buffer.from(body));
    const answer = await this.send('PUT', `/v2/${name}/manifests/${tag ?? digest}`, {
      headers: { 'content-type': mediaType },
      body,
    });
    expect(answer.status, answer.body.toString()).toBe(201);
    return { mediaType, digest, size: Buffer.byteLength(body), answer };
  }

  /** Pushes an image with one layer of its own. */
  async image(name: string, salt: string, more: object = {}, tag?: string) {
    const config = await this.blob(
      name,
      `{"salt":${JSON.stringify(salt)}}`,
      'application/vnd.oci.image.config.v1+json',
    );
    const layer = await this.blob(name, `layer ${salt}`, 'application/vnd.oci.image.layer.v1.tar');
    return this.push(name, { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer], ...more }, tag);
  }
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

function typeOf(document: unknown): string {
  const own =
    typeof document === 'object' && document !== null && 'mediaType' in document ? document.mediaType : MANIFEST;
  return typeof own === 'string' ? own : MANIFEST;
}

/** What a subject field or an index says of something pushed. */
export function named({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType, digest, size };
}

/** Checks the shape of an error (E6, E7). */
export function expectError(answer: Answer, status: number, code: string): void {
  expect({ status: answer.status, body: answer.body.toString() }).toMatchObject({ status });
  expect(answer.headers['content-type']).toBe('application/json');
  expect(JSON.parse(answer.body.toString())).toMatchObject({ errors: [{ code, message: expect.stringMatching(/./) }] });
}
