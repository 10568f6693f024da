import { isRemoraError, RemoraError } from '../../errors.js';
import { discard, type HttpResponse } from '../../io/http.js';
import { interrupted } from '../../io/interrupt.js';
import type { Descriptor } from '../../oci/descriptor.js';
import { algorithmOf } from '../../oci/digest.js';
import type { TransferOptions, WriteResult } from '../store.js';
import { hasBlob } from './blobs.js';
import type { RegistryClient } from './client.js';
import { pause } from './pause.js';
import { type OpenSource, UploadSource } from './upload-source.js';

/** For a blob of this size another round of asking costs more than a request beside it. */
const SMALL = 256 * 1024;
const ATTEMPTS = 4;

/**
 * Uploads a blob: POST, then PUT (distribution-spec, "POST then PUT"), from a fresh stream after each failure.
 *
 * The first POST asks to mount the blob from the repository itself: one request that either finds it there (201) or
 * starts the upload (202). A registry that knows no mounting starts an upload too. So the blob is looked for as well: a
 * large one after that, a small one at the same time, unless the registry has mounted before.
 */
export async function writeBlob(
  client: RegistryClient,
  expected: Descriptor,
  open: OpenSource,
  options: TransferOptions = {},
): Promise<WriteResult> {
  for (let attempt = 1; ; attempt++) {
    const source = new UploadSource(expected, open, options);
    try {
      const session = await start(client, expected, attempt === 1, options);
      if (session === undefined) return 'exists';
      await put(client, session, expected, source, options);
      await checkAlgorithm(client, expected, options);
      return 'written';
    } catch (error) {
      if (options.signal?.aborted) throw interrupted(options.signal);
      if (attempt === ATTEMPTS || !isTransient(error)) throw error;
      await pause(100 * 2 ** attempt * (0.5 + Math.random()), options.signal);
    }
  }
}

/** The address of a new upload session, or undefined when the blob is there. */
async function start(
  client: RegistryClient,
  expected: Descriptor,
  mount: boolean,
  options: TransferOptions,
): Promise<URL | undefined> {
  const what = `upload of ${expected.digest}`;
  const algorithm = algorithmOf(expected.digest);
  const session = algorithm === 'sha256' ? {} : { 'digest-algorithm': algorithm };
  const post = (query: Readonly<Record<string, string>>) => {
    const search = new URLSearchParams(query).toString();
    return client.send({
      method: 'POST',
      target: `blobs/uploads/${search === '' ? '' : `?${search}`}`,
      headers: { 'content-length': '0' },
      signal: options.signal,
    });
  };
  const looked = mount && expected.size <= SMALL && !client.mounts ? hasBlob(client, expected, options) : undefined;
  // It is awaited below; until then a failure must not count as unhandled.
  looked?.catch(() => {});
  let response = await post(mount ? { mount: expected.digest, from: client.repository, ...session } : session);
  if (mount && response.status === 201) {
    client.mounts = true;
    await discard(response);
    return undefined;
  }
  if (mount && response.status >= 400 && response.status < 500 && ![401, 403, 429].includes(response.status)) {
    await discard(response);
    response = await post(session);
  }
  if (response.status !== 202) throw await client.error(response, what);
  await discard(response);
  const target = sessionOf(response, what);
  const there = looked ?? (mount && expected.size > SMALL ? hasBlob(client, expected, options) : false);
  if (await there) {
    await cancel(client, target);
    return undefined;
  }
  return target;
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
  source: UploadSource,
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
    const cancelled = cancel(client, session);
    // A registry that cannot be reached now need not be waited for a second time.
    if (source.error !== undefined || options.signal?.aborted || !isLost(error)) await cancelled;
    throw source.error ?? error;
  }
}

/** distribution 2.8 takes a sha512 upload, stores it by its sha256, and does not find it by the digest that was asked for. */
async function checkAlgorithm(client: RegistryClient, expected: Descriptor, options: TransferOptions): Promise<void> {
  if (algorithmOf(expected.digest) === 'sha256' || (await hasBlob(client, expected, options))) return;
  throw new RemoraError(
    'UNSUPPORTED',
    `${client.registry} took ${expected.digest}, but does not keep it under that digest`,
    { hint: 'Use sha256: this registry supports no other algorithm' },
  );
}

/** Tells the registry to forget the session (distribution-spec, "Cancel a blob upload"); whether it does changes nothing for us. */
async function cancel(client: RegistryClient, session: URL): Promise<void> {
  await client
    .send({ method: 'DELETE', target: session, headers: { 'content-length': '0' }, signal: AbortSignal.timeout(2000) })
    .then(discard)
    .catch(() => {});
}

function isLost(error: unknown): boolean {
  return isRemoraError(error) && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT');
}

function isTransient(error: unknown): boolean {
  return isLost(error) || (isRemoraError(error) && error.code === 'BUSY');
}
