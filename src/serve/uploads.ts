import { isRemoraError } from '../errors.js';
import { handled } from '../io/async/handled.js';
import { orUndefined } from '../io/async/or-undefined.js';
import { isRepository } from '../oci/names/reference.js';
import { type Digest, isDigest } from '../oci/values/digest.js';
import type { Repositories, Repository } from '../store/interfaces/hosting.js';
import { Refusal, send } from './answer.js';
import { contentOf, hasBody, tooLarge } from './body.js';
import { type Call, digestIn, repositoryOf, writableRepository } from './call.js';

/** `POST /v2/<name>/blobs/uploads/`: a session, a whole blob, or a mount (distribution-spec, "Pushing blobs"). */
export async function beginUpload(call: Call): Promise<void> {
  const mount = call.query.get('mount');
  const digest = call.query.get('digest');
  const wanted = digest === null ? undefined : digestIn(digest);
  const algorithm = call.query.get('digest-algorithm');
  if (algorithm !== null && !/^sha(256|512)$/.test(algorithm))
    throw new Refusal(400, 'DIGEST_INVALID', `digests of ${algorithm.slice(0, 50)} cannot be verified here`);
  const repository = await writableRepository(call);
  if (mount !== null && (await mounted(call, repository, digestIn(mount)))) return created(call, digestIn(mount));
  const bytes = chunkLength(call, 0);
  const id = await begun(call, repository);
  if (wanted === undefined) return accepted(call, id, 0);
  try {
    await append(call, repository, id, 0, bytes);
  } catch (error) {
    // No client knows the name of this session.
    await repository.cancelUpload(id);
    throw error;
  }
  await commit(call, repository, id, wanted);
}

async function begun({ limits, name }: Call, repository: Repository): Promise<string> {
  try {
    return await repository.beginUpload(limits.unfinished);
  } catch (error) {
    if (!isRemoraError(error) || error.code !== 'BUSY') throw error;
    const text = `${name} has ${limits.unfinished} unfinished uploads, the limit that --max-uploads sets`;
    throw new Refusal(429, 'TOOMANYREQUESTS', text, { headers: { 'Retry-After': RETRY_SECONDS } });
  }
}

/** Uploads of others end, or are given up, meanwhile. */
const RETRY_SECONDS = '5';

/** Without `from` the blob is looked for in the repository itself. A broken `from` means that the blob is sent. */
async function mounted({ query, name, repositories }: Call, repository: Repository, digest: Digest): Promise<boolean> {
  const from = query.get('from') ?? name;
  if (from === name) return repository.linkBlob(repository, digest);
  const source = isRepository(from) ? await ifReadable(repositories.open(from, { create: false })) : undefined;
  return source !== undefined && repository.linkBlob(source, digest);
}

/** `GET /v2/<name>/blobs/uploads/<id>`: how far a session has come. */
export async function uploadStatus(call: Call): Promise<void> {
  const size = await sizeOf(call, await repositoryOf(call));
  send(call.response, 204, sessionHeaders(call, call.rest, size));
}

/** `PATCH /v2/<name>/blobs/uploads/<id>`: the next chunk, or a stream. */
export async function patchUpload(call: Call): Promise<void> {
  const repository = await repositoryOf(call);
  await alone(call, async () => {
    const size = await sizeOf(call, repository);
    const bytes = chunkLength(call, size);
    accepted(call, call.rest, await append(call, repository, call.rest, size, bytes));
  });
}

/** `PUT /v2/<name>/blobs/uploads/<id>?digest=`: the last chunk, if any, and the end. */
export async function finishUpload(call: Call): Promise<void> {
  const text = call.query.get('digest');
  if (text === null || !isDigest(text))
    throw new Refusal(400, 'DIGEST_INVALID', 'the digest is missing or not well formed');
  const repository = await repositoryOf(call);
  await alone(call, async () => {
    const size = await sizeOf(call, repository);
    const bytes = chunkLength(call, size);
    if (hasBody(call)) await append(call, repository, call.rest, size, bytes);
    await commit(call, repository, call.rest, text);
  });
}

/** `DELETE /v2/<name>/blobs/uploads/<id>`. */
export async function cancelUpload(call: Call): Promise<void> {
  const repository = await repositoryOf(call);
  if (!(await repository.cancelUpload(call.rest))) throw unknown(call);
  send(call.response, 204);
}

/** Sessions that a request is writing to, each with the end of the last one that waits. */
const busy = new WeakMap<Repositories, Map<string, Promise<void>>>();

/**
 * Runs the requests to one session one after another: each looks how far the session has come, and goes on from there.
 * A client that lost its connection may be back before the server has noticed.
 */
async function alone({ repositories, name, rest }: Call, action: () => Promise<void>): Promise<void> {
  const sessions = busy.get(repositories) ?? new Map<string, Promise<void>>();
  busy.set(repositories, sessions);
  const key = `${name} ${rest}`;
  // A turn that failed is reported to its own client; the next follows all the same.
  const turn = (sessions.get(key) ?? Promise.resolve()).then(action, action);
  sessions.set(key, turn);
  try {
    await turn;
  } finally {
    if (sessions.get(key) === turn) sessions.delete(key);
  }
}

async function sizeOf(call: Call, repository: Repository): Promise<number> {
  const size = await repository.uploadSize(call.rest);
  if (size === undefined) throw unknown(call);
  return size;
}

/**
 * The length of a chunk that says where it belongs. It must belong at the end of what is there.
 *
 * @returns undefined for one that does not say
 */
function chunkLength(call: Call, size: number): number | undefined {
  const header = call.request.headers['content-range'];
  if (header === undefined) return undefined;
  const match = /^(\d+)-(\d+)$/.exec(header);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  const length = end - start + 1;
  const { 'content-length': told = '0', 'transfer-encoding': chunked } = call.request.headers;
  if (match === null || length < 1 || (chunked === undefined && Number(told) !== length)) {
    throw new Refusal(400, 'BLOB_UPLOAD_INVALID', 'Content-Range is not <start>-<end> of this chunk', {
      detail: { range: header.slice(0, 100) },
    });
  }
  if (start !== size) throw misplaced(call, `the chunk begins at ${start}, wanted ${size}`, size);
  return length;
}

function misplaced(call: Call, text: string, size: number): Refusal {
  const headers = call.method === 'POST' ? {} : sessionHeaders(call, call.rest, size);
  return new Refusal(416, 'BLOB_UPLOAD_INVALID', text, { headers });
}

/** @param size the bytes that are there; with `bytes` so many must come */
async function append(
  call: Call,
  repository: Repository,
  id: string,
  size: number,
  bytes: number | undefined,
): Promise<number> {
  const { blobBytes } = call.limits;
  const refusal = () => tooLarge('the blob', blobBytes, '--max-blob');
  try {
    const content = contentOf(call, refusal, blobBytes - size);
    return await repository.appendUpload(id, content, { bytes, signal: call.signal });
  } catch (error) {
    // No more of it can be taken.
    if (error instanceof Refusal) await repository.cancelUpload(id);
    if (!isRemoraError(error)) throw error;
    if (error.code === 'SIZE_MISMATCH')
      throw misplaced(call, `the chunk does not have the ${bytes} bytes of its Content-Range`, size);
    throw error.code === 'NOT_FOUND' ? unknown(call) : error;
  }
}

async function commit(call: Call, repository: Repository, id: string, digest: Digest): Promise<void> {
  try {
    await repository.commitUpload(id, digest);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    if (error.code === 'UNSUPPORTED') await repository.cancelUpload(id);
    if (error.code === 'UNSUPPORTED')
      throw new Refusal(400, 'DIGEST_INVALID', `digests like ${digest.slice(0, 100)} cannot be verified here`);
    if (error.code === 'DIGEST_MISMATCH')
      throw new Refusal(400, 'DIGEST_INVALID', `the content has another digest than ${digest}`);
    throw error.code === 'NOT_FOUND' ? unknown(call) : error;
  }
  created(call, digest);
}

function created({ name, response }: Call, digest: Digest): void {
  send(response, 201, { Location: `/v2/${name}/blobs/${digest}`, 'Docker-Content-Digest': digest });
}

function accepted(call: Call, id: string, size: number): void {
  send(call.response, 202, sessionHeaders(call, id, size));
}

function sessionHeaders({ name }: Call, id: string, size: number): Record<string, string> {
  return {
    Location: `/v2/${name}/blobs/uploads/${id}`,
    Range: `0-${Math.max(size - 1, 0)}`,
    'Docker-Upload-UUID': id,
  };
}

function unknown({ rest }: Call): Refusal {
  return new Refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'the upload is not known', { detail: { id: rest.slice(0, 100) } });
}

/** Options of {@link keepSwept}. */
export interface SweepOptions {
  /** Milliseconds that nobody touched a session before it is removed. @default 24 hours */
  readonly olderThan?: number | undefined;
  /** Milliseconds from one time to the next. @default 1 hour */
  readonly every?: number | undefined;
}

const HOUR = 60 * 60 * 1000;

/** Removes abandoned upload sessions now and from time to time; what cannot be removed now is tried again then. */
export function keepSwept(
  repositories: Repositories,
  { olderThan = 24 * HOUR, every = HOUR }: SweepOptions = {},
): { readonly swept: Promise<void>; stop(): void } {
  const sweep = async () => {
    for (const name of (await ifReadable(repositories.names())) ?? []) {
      const repository = await ifReadable(repositories.open(name, { create: false }));
      if (repository !== undefined) await ifReadable(repository.sweepUploads(olderThan));
    }
  };
  const swept = handled(sweep());
  // It keeps no process running.
  const timer = setInterval(() => handled(sweep()), every).unref();
  return { swept, stop: () => clearInterval(timer) };
}

/** The failures of a damaged repository, or of a disk, after which the next sweep tries again. */
function ifReadable<T>(swept: Promise<T>): Promise<T | undefined> {
  return orUndefined(swept, 'NOT_FOUND', 'MALFORMED', 'UNSUPPORTED', 'EXISTS', 'IO');
}
