import { RemoraError } from '../../../errors.js';
import { handled } from '../../../io/async/handled.js';
import { pause } from '../../../io/async/pause.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import { backoff } from '../../../io/http/retry.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { algorithmOf } from '../../../oci/values/digest.js';
import type { CallOptions, TransferOptions, WriteResult } from '../../interfaces/store.js';
import type { ClientRequest, RegistryClient } from '../client/client.js';
import { ifAnswered } from '../client/errors.js';
import { hasBlob } from './look.js';
import { sessionUrl } from './upload-location.js';
import { cancelUpload, type UploadPlan, UploadSession } from './upload-session.js';
import { type OpenSource, UploadSource } from './upload-source.js';

/** For a blob of this size another round of asking costs more than a request beside it. */
const SMALL = 256 * 1024;
/** How often an upload is begun: a session can expire, or be lost with a broken line. */
const SESSIONS = 5;
const MEBIBYTE = 1024 * 1024;

/** A session that a registry has begun. */
interface Started {
  readonly location: URL;
  /** `OCI-Chunk-Min-Length`, where the registry asks for chunks. */
  readonly minimum: number | undefined;
}

/**
 * Uploads a blob: POST, then PUT (distribution-spec, "POST then PUT"), in chunks where that is asked for or needed.
 *
 * The first POST asks to mount the blob from the repository itself. It either finds the blob there (201) or starts the
 * upload (202). A registry without mounting starts an upload, too, so the blob is looked for as well. A large blob is
 * looked for afterwards, a small one at the same time, unless the registry has mounted before. Both are short cuts: where
 * they fail in any way the blob is uploaded.
 */
export async function writeBlob(
  client: RegistryClient,
  expected: Descriptor,
  open: OpenSource,
  options: TransferOptions = {},
): Promise<WriteResult> {
  client.sources.add(expected.digest, open);
  const first = await start(client, expected, options);
  if (typeof first === 'string') return first;
  await sendBlob(client, expected, open, options, first);
  return 'written';
}

/** Uploads a blob, whether or not it is there. */
export async function sendBlob(
  client: RegistryClient,
  expected: Descriptor,
  open: OpenSource,
  options: TransferOptions = {},
  first?: Started,
): Promise<void> {
  const source = new UploadSource(expected, open, options);
  const plan: UploadPlan = { attempt: 1, chunk: client.chunkSize, fresh: false };
  try {
    let started = first ?? (await begin(client, expected, options));
    for (let round = 1; ; round++) {
      plan.chunk ??= chunkFor(expected, started.minimum);
      const session = new UploadSession(client, started.location, expected, source, plan, options);
      const isDone = await session.run().catch(async (error: unknown) => {
        await giveUp(session, source, error, options);
        throw error;
      });
      if (isDone) break;
      void session.cancel();
      // The answer that was lost may have been that it is there.
      if (source.position === expected.size && (await isThere(client, expected, options))) break;
      if (round === SESSIONS) throw lost(client, expected, session.failure);
      started = await begin(client, expected, options);
    }
  } finally {
    source.close();
  }
  await checkAlgorithm(client, expected, options);
}

/** Begins an upload, or finds that none is needed. */
async function start(
  client: RegistryClient,
  expected: Descriptor,
  options: TransferOptions,
): Promise<Started | WriteResult> {
  const from = options.mountFrom ?? client.repository;
  const other = from !== client.repository;
  const looked =
    expected.size <= SMALL && !client.mounts && !other ? handled(isThere(client, expected, options)) : undefined;
  const mounted = await mount(client, expected, from, options);
  if (mounted === true) {
    client.mounts ||= !other;
    return other ? 'mounted' : 'exists';
  }
  const started = mounted ?? (await begin(client, expected, options));
  if (!(await (looked ?? isThere(client, expected, options)))) return started;
  await cancelUpload(client, started.location);
  return 'exists';
}

/** Whether a blob is there; a question that fails is not worth more than the upload. */
async function isThere(client: RegistryClient, expected: Descriptor, { signal }: CallOptions): Promise<boolean> {
  return (await ifAnswered(hasBlob(client, expected, { signal }))) ?? false;
}

/** Asks to mount a blob: true where that was done, a session where one began, undefined where it was refused. */
async function mount(
  client: RegistryClient,
  expected: Descriptor,
  from: string,
  options: TransferOptions,
): Promise<Started | true | undefined> {
  if (client.unmountable.has(from)) return undefined;
  const { signal } = options;
  const query = { mount: expected.digest, from };
  const ask = (scope: string) => ifAnswered(post(client, expected, { signal }, query, { from: scope, retry: false }));
  let response = await ask(from);
  // The account may not read the other repository, its token server gives no token for both, or the registry is busy.
  if (
    from !== client.repository &&
    (response === undefined || [401, 403].includes(response.status) || response.retry)
  ) {
    if (response !== undefined) await discard(response);
    if (response?.retry) await pause(backoff(1, client.retryDelay), signal);
    response = await ask(response?.retry ? from : client.repository);
  }
  if (response?.status === 202) return ifAnswered(accepted(client, expected, response));
  if (response !== undefined) await discard(response);
  if (response?.status === 201) return true;
  // A 404 is about this blob alone, and these others about this moment.
  if (![404, 429, 503].includes(response?.status ?? 0)) client.unmountable.add(from);
  return undefined;
}

async function begin(client: RegistryClient, expected: Descriptor, options: CallOptions): Promise<Started> {
  return accepted(client, expected, await post(client, expected, options));
}

function post(
  client: RegistryClient,
  expected: Descriptor,
  { signal }: CallOptions,
  mount: Readonly<Record<string, string>> = {},
  how: Pick<ClientRequest, 'from' | 'retry'> = {},
): Promise<HttpResponse> {
  const algorithm = algorithmOf(expected.digest);
  const query = { ...mount, ...(algorithm === 'sha256' ? {} : { 'digest-algorithm': algorithm }) };
  const search = new URLSearchParams(query).toString();
  return client.send({
    ...how,
    method: 'POST',
    target: `blobs/uploads/${search === '' ? '' : `?${search}`}`,
    headers: { 'content-length': '0' },
    signal,
  });
}

async function accepted(client: RegistryClient, expected: Descriptor, response: HttpResponse): Promise<Started> {
  const what = `upload of ${expected.digest}`;
  if (response.status !== 202) throw await client.error(response, what);
  await discard(response);
  const location = sessionUrl(response, response.url, what);
  if (location === undefined) throw new RemoraError('MALFORMED', `${what}: the registry named no address for it`);
  const minimum = Number(response.header('oci-chunk-min-length') ?? Number.NaN);
  return { location, minimum: minimum > 0 && Number.isSafeInteger(minimum) ? minimum : undefined };
}

/** A registry that names a shortest chunk wants chunks; a hundred of them are enough. */
function chunkFor({ size }: Descriptor, minimum: number | undefined): number | undefined {
  return minimum === undefined ? undefined : Math.max(minimum, MEBIBYTE, Math.ceil(size / 100));
}

/** A session that failed is cancelled; a registry that cannot be reached now need not be waited for a second time. */
async function giveUp(
  session: UploadSession,
  source: UploadSource,
  error: unknown,
  options: TransferOptions,
): Promise<void> {
  const cancelled = session.cancel();
  const isLost = error instanceof RemoraError && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT');
  if (source.error !== undefined || options.signal?.aborted || !isLost) await cancelled;
}

function lost(client: RegistryClient, { digest }: Descriptor, failure: RemoraError | undefined): RemoraError {
  if (failure?.status === 404)
    return new RemoraError('NOT_FOUND', failure.message, {
      status: 404,
      hint: 'Check the repository: some registries want it to be created first',
    });
  return new RemoraError(
    'UNREACHABLE',
    `upload of ${digest}: ${client.registry} lost its session ${SESSIONS} times${failure === undefined ? '' : `: ${failure.message}`}`,
    { hint: 'Try again, with smaller requests: --chunk-size' },
  );
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
