import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRemoraError, RemoraError } from '../../errors.js';
import { counted } from '../../io/count.js';
import { discard, type HttpResponse } from '../../io/http.js';
import { verified } from '../../io/verify.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { TransferOptions, WriteResult } from '../store.js';
import { hasBlob } from './blobs.js';
import type { RegistryClient } from './client.js';

/** Sending a blob of this size again costs less than asking for it first. */
const SMALL = 256 * 1024;
const ATTEMPTS = 4;

/**
 * Uploads a blob: POST, then PUT (distribution-spec, "POST then PUT"), from a fresh stream after each failure.
 *
 * The first POST asks to mount the blob from the repository itself: one request that either finds it there (201) or
 * starts the upload (202). A registry that knows no mounting starts an upload too; then a large blob is looked for first.
 */
export async function writeBlob(
  client: RegistryClient,
  expected: Descriptor,
  open: () => Promise<Readable>,
  options: TransferOptions = {},
): Promise<WriteResult> {
  const mount = `?mount=${encodeURIComponent(expected.digest)}&from=${encodeURIComponent(client.repository)}`;
  for (let attempt = 1; ; attempt++) {
    const source = new Source(expected, open, options);
    try {
      const session = await start(client, expected, attempt === 1 ? mount : '', options);
      if (session === undefined) return 'exists';
      await put(client, session, expected, source, options);
      return 'written';
    } catch (error) {
      if (attempt === ATTEMPTS || source.failed || !isTransient(error) || options.signal?.aborted)
        throw source.error ?? error;
      await sleep(
        100 * 2 ** attempt * (0.5 + Math.random()),
        undefined,
        options.signal ? { signal: options.signal } : {},
      ).catch(() => {});
    }
  }
}

/** The address of a new upload session, or undefined when the blob is there. */
async function start(
  client: RegistryClient,
  expected: Descriptor,
  query: string,
  options: TransferOptions,
): Promise<URL | undefined> {
  const what = `upload of ${expected.digest}`;
  const post = (search: string) =>
    client.send({
      method: 'POST',
      target: `blobs/uploads/${search}`,
      headers: { 'content-length': '0' },
      signal: options.signal,
    });
  let response = await post(query);
  if (query !== '' && response.status === 201) {
    await discard(response);
    return undefined;
  }
  if (query !== '' && response.status >= 400 && response.status < 500 && ![401, 403, 429].includes(response.status)) {
    await discard(response);
    response = await post('');
  }
  if (response.status !== 202) throw await client.error(response, what);
  const session = sessionOf(response, what);
  if (query !== '' && expected.size > SMALL && (await hasBlob(client, expected, options))) {
    await cancel(client, session);
    return undefined;
  }
  return session;
}

/** `Location` may be absolute, a path, or on another host; its query is kept as it is. */
function sessionOf(response: HttpResponse, what: string): URL {
  const location = response.header('location');
  if (location === undefined || !URL.canParse(location, response.url.href)) {
    throw new RemoraError('MALFORMED', `${what}: the registry named no address for it`, {
      ...(location === undefined ? {} : { found: location }),
    });
  }
  const session = new URL(location, response.url);
  if (!/^https?:$/.test(session.protocol) || (response.url.protocol === 'https:' && session.protocol === 'http:')) {
    throw new RemoraError('REJECTED', `${what}: the registry sends it to ${session.origin}, which is not safe`);
  }
  return session;
}

async function put(
  client: RegistryClient,
  session: URL,
  expected: Descriptor,
  source: Source,
  options: TransferOptions,
): Promise<void> {
  const target = new URL(
    `${session.href}${session.search === '' ? '?' : '&'}digest=${encodeURIComponent(expected.digest)}`,
  );
  try {
    const response = await client.expect([201, 204], `upload of ${expected.digest}`, {
      method: 'PUT',
      target,
      headers: { 'content-type': 'application/octet-stream' },
      body: { size: expected.size, open: () => source.open() },
      signal: options.signal,
    });
    await discard(response);
  } catch (error) {
    if (options.signal?.aborted || source.failed) await cancel(client, session);
    throw source.error ?? error;
  }
}

/** Tells the registry to forget the session (distribution-spec, "Cancel a blob upload"); whether it does changes nothing for us. */
async function cancel(client: RegistryClient, session: URL): Promise<void> {
  await client
    .send({ method: 'DELETE', target: session, headers: { 'content-length': '0' }, signal: AbortSignal.timeout(2000) })
    .then(discard)
    .catch(() => {});
}

function isTransient(error: unknown): boolean {
  return isRemoraError(error) && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT' || error.code === 'BUSY');
}

/** The content of one attempt, verified on its way out, so that a file which changed is not taken for a network fault. */
class Source {
  error: unknown;

  constructor(
    private readonly expected: Descriptor,
    private readonly read: () => Promise<Readable>,
    private readonly options: TransferOptions,
  ) {}

  get failed(): boolean {
    return this.error !== undefined;
  }

  async open(): Promise<Readable | Uint8Array> {
    try {
      const stream = verified(await this.read(), this.expected);
      stream.on('error', (error) => {
        this.error ??= isRemoraError(error) ? error : undefined;
      });
      const { onProgress } = this.options;
      onProgress?.(0);
      return onProgress === undefined ? stream : counted(stream, onProgress);
    } catch (error) {
      this.error = error;
      throw error;
    }
  }
}
