import { RemoraError } from '../../../errors.js';
import { handled } from '../../../io/async/handled.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { algorithmOf } from '../../../oci/values/digest.js';
import type { TransferOptions, WriteResult } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
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
 * looked for afterwards, a small one at the same time, unless the registry has mounted before.
 */
export async function writeBlob(
  client: RegistryClient,
  expected: Descriptor,
  open: OpenSource,
  options: TransferOptions = {},
): Promise<WriteResult> {
  const source = new UploadSource(expected, open, options);
  const plan: UploadPlan = { attempt: 1, chunk: client.chunkSize, fresh: false };
  const first = await start(client, expected, options);
  if (typeof first === 'string') return first;
  let started = first;
  try {
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
      if (source.position === expected.size && (await hasBlob(client, expected, options))) break;
      if (round === SESSIONS) throw lost(client, expected, session.failure);
      started = await begin(client, expected, options);
    }
  } finally {
    source.close();
  }
  await checkAlgorithm(client, expected, options);
  return 'written';
}

/** Begins an upload, or finds that none is needed. */
async function start(
  client: RegistryClient,
  expected: Descriptor,
  options: TransferOptions,
): Promise<Started | WriteResult> {
  const other = options.mountFrom !== undefined && options.mountFrom !== client.repository;
  const looked =
    expected.size <= SMALL && !client.mounts && !other ? handled(hasBlob(client, expected, options)) : undefined;
  const response = await post(client, expected, options, {
    mount: expected.digest,
    from: options.mountFrom ?? client.repository,
  });
  if (response.status === 201) {
    client.mounts ||= !other;
    await discard(response);
    return other ? 'mounted' : 'exists';
  }
  const refused = response.status >= 400 && response.status < 500 && ![401, 403, 429].includes(response.status);
  if (refused) await discard(response);
  const started = refused ? await begin(client, expected, options) : await accepted(client, expected, response);
  if (!(await (looked ?? hasBlob(client, expected, options)))) return started;
  await cancelUpload(client, started.location);
  return 'exists';
}

async function begin(client: RegistryClient, expected: Descriptor, options: TransferOptions): Promise<Started> {
  return accepted(client, expected, await post(client, expected, options));
}

function post(
  client: RegistryClient,
  expected: Descriptor,
  options: TransferOptions,
  mount: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> {
  const algorithm = algorithmOf(expected.digest);
  const query = { ...mount, ...(algorithm === 'sha256' ? {} : { 'digest-algorithm': algorithm }) };
  const search = new URLSearchParams(query).toString();
  return client.send({
    method: 'POST',
    target: `blobs/uploads/${search === '' ? '' : `?${search}`}`,
    headers: { 'content-length': '0' },
    from: mount.from === undefined || mount.from === client.repository ? undefined : mount.from,
    signal: options.signal,
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
