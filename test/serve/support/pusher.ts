import { randomBytes } from 'node:crypto';
import { EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { Content, text, written } from '../../store/support/artifacts.js';
import { type Answer, IMAGE, send } from './push-start.js';

const SIZE = 200_000;
const CHUNK = 70_000;

/** A client that pushes one artifact after another, until its server is gone; then it can go on with another server. */
export class Pusher {
  /** Manifests and blobs that a server said it has. */
  readonly acknowledged = { manifests: new Set<string>(), blobs: new Set<string>() };
  /** Manifests that were sent, whatever became of them. */
  readonly sent = new Set<string>();
  /** Sessions that one server began and another ended. */
  resumed = 0;
  #session: { readonly path: string; readonly content: Content } | undefined;

  constructor(
    private readonly name: string,
    private readonly repository: string,
  ) {}

  /** @returns when the server does not answer any more */
  async push(port: number): Promise<void> {
    try {
      const empty = text('{}');
      await this.#blob(port, empty);
      if (this.#session !== undefined) await this.#resume(port, this.#session);
      for (;;) await this.#artifact(port);
    } catch (error) {
      if (error instanceof WrongAnswer) throw error;
    }
  }

  async #artifact(port: number): Promise<void> {
    const [whole, chunked] = [new Content(randomBytes(SIZE)), new Content(randomBytes(SIZE))];
    await this.#blob(port, whole);
    const begun = expectStatus(202, await send(port, 'POST', `/v2/${this.repository}/blobs/uploads/`));
    this.#session = { path: begun.headers.location ?? '', content: chunked };
    await this.#finish(port, this.#session, 0);
    const { bytes, descriptor } = written({
      schemaVersion: 2,
      mediaType: IMAGE,
      artifactType: 'application/x.pushed',
      config: EMPTY_DESCRIPTOR,
      layers: [whole.descriptor, chunked.descriptor],
    });
    this.sent.add(descriptor.digest);
    const path = `/v2/${this.repository}/manifests/${descriptor.digest}?tag=${this.name}`;
    expectStatus(201, await send(port, 'PUT', path, { headers: { 'Content-Type': IMAGE }, body: Buffer.from(bytes) }));
    this.acknowledged.manifests.add(descriptor.digest);
  }

  async #blob(port: number, { bytes, descriptor }: Content): Promise<void> {
    const path = `/v2/${this.repository}/blobs/uploads/?digest=${descriptor.digest}`;
    expectStatus(201, await send(port, 'POST', path, { body: bytes }));
    this.acknowledged.blobs.add(descriptor.digest);
  }

  async #resume(port: number, session: { readonly path: string; readonly content: Content }): Promise<void> {
    const status = await send(port, 'GET', session.path);
    // The killed server may have ended it, and not come to say so.
    if (status.status === 404) return;
    const last = Number(/^0-(\d+)$/.exec(expectStatus(204, status).headers.range ?? '')?.[1]);
    await this.#finish(port, session, last === 0 ? 0 : last + 1);
    this.resumed++;
  }

  async #finish(port: number, { path, content }: { path: string; content: Content }, from: number): Promise<void> {
    const { bytes, descriptor } = content;
    for (let start = from; start < bytes.length; start += CHUNK) {
      const body = bytes.subarray(start, start + CHUNK);
      const headers = { 'Content-Range': `${start}-${start + body.length - 1}` };
      expectStatus(202, await send(port, 'PATCH', path, { headers, body }));
    }
    expectStatus(201, await send(port, 'PUT', `${path}?digest=${descriptor.digest}`));
    this.acknowledged.blobs.add(descriptor.digest);
    this.#session = undefined;
  }
}

class WrongAnswer extends Error {}

function expectStatus(wanted: number, answer: Answer): Answer {
  if (answer.status === wanted) return answer;
  throw new WrongAnswer(`answered ${answer.status}, wanted ${wanted}: ${answer.body.toString()}`);
}
