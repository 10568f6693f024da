import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRemoraError } from '../errors.js';
import { isRepository } from '../oci/names/reference.js';
import type { Digest } from '../oci/values/digest.js';
import { isDigest } from '../oci/values/digest.js';
import type { Repositories, Repository } from '../store/interfaces/hosting.js';
import { Refusal } from './answer.js';
import type { Limits } from './limits.js';

/** A request to a repository. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly name: string;
  /** The last part of the path: a tag, a digest, an upload's id. */
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly repositories: Repositories;
  readonly limits: Limits;
  /** No request may change anything, also not a date. */
  readonly readOnly: boolean;
  /** Aborted when the client is gone or the server stops. */
  readonly signal: AbortSignal;
}

/**
 * The repository of a request, if it exists.
 *
 * @throws Error for a broken layout: the request is not to blame, whatever the code of the failure
 */
export async function openedRepository({ repositories, name }: Call, create = false): Promise<Repository | undefined> {
  try {
    return await repositories.open(name, { create });
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    if (error.code === 'FORBIDDEN') throw new Refusal(403, 'DENIED', error.message);
    throw new Error(error.message, { cause: error });
  }
}

/** @throws Refusal `NAME_UNKNOWN` */
export async function repositoryOf(call: Call): Promise<Repository> {
  const { name } = call;
  const repository = await openedRepository(call);
  if (repository !== undefined) return repository;
  throw new Refusal(404, 'NAME_UNKNOWN', `repository ${name} is not known`, { detail: { name } });
}

/** The repository for a write, created when it does not exist; @throws Refusal `NAME_INVALID`, `NAME_UNKNOWN` */
export async function writableRepository(call: Call): Promise<Repository> {
  const { name } = call;
  const repository = await openedRepository(call, true);
  if (repository !== undefined) return repository;
  throw new Refusal(404, 'NAME_UNKNOWN', `repository ${name} cannot be created here`, { detail: { name } });
}

/** File systems take names up to here, and no algorithm comes near. */
const DIGEST_LENGTH = 255;

/** Whether a digest can be the name of a file. */
export function isStorable(digest: Digest): boolean {
  return digest.length <= DIGEST_LENGTH;
}

/** @throws Refusal `DIGEST_INVALID` */
export function digestIn(text: string): Digest {
  if (isDigest(text) && isStorable(text)) return text;
  throw new Refusal(400, 'DIGEST_INVALID', 'the digest is not well formed', { detail: { digest: text.slice(0, 200) } });
}

/** @throws Refusal `NAME_INVALID` */
export function checkName(name: string): void {
  if (isRepository(name) && name.length <= 255) return;
  throw new Refusal(400, 'NAME_INVALID', 'the repository name is not well formed', {
    detail: { name: name.slice(0, 200) },
  });
}

/** A number from the query; undefined when it is not there. @throws Refusal */
export function countIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Refusal(400, 'UNSUPPORTED', `${name} is not a number`, { detail: { [name]: text.slice(0, 200) } });
}

/** A `Link` header to the next page. */
export function nextLink(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `<${path}?${pairs.join('&')}>; rel="next"`;
}
