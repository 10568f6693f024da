import type { UnpackLimitOptions } from '../../io/compression/unpack-limit.js';
import type { CredentialSource } from '../../io/credentials/credential.js';
import type { ConnectionOptions } from '../../io/http/connection-options.js';
import { type Place, parsePlace, readingsOf } from '../../oci/names/place.js';
import { type Digest, parseDigest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Session } from '../../store/interfaces/session.js';
import type { CallOptions, ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { isThere, type OpenSourceOptions, type OpenStoreOptions, openSource, openStore } from '../../store/open.js';
import { explained } from './explained.js';
import { refuseLocalName } from './local-name.js';

/**
 * An artifact in an open store, which the verb does not close. A digest wins over a tag; without both, a layout with one
 * root means that root.
 */
export interface Stored<S extends Source = Source> {
  readonly store: S;
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

/**
 * The first argument of a verb, in one of four forms:
 *
 * - a reference: `ghcr.io/acme/app:v1`, `ghcr.io/acme/app@sha256:…`, `oci:./layout:v1`
 * - a parsed reference, {@link Place}
 * - an open store, for its only artifact or for the repository itself
 * - an open store with a tag or digest, {@link Stored}
 *
 * The verb opens and closes the store of a reference; an open store stays open.
 */
export type Location<S extends Source = Source> = string | Place | S | Stored<S>;

/** Options of every verb that reaches a place. An open store keeps its own credentials, connection and session. */
export interface AccessOptions extends CallOptions, UnpackLimitOptions {
  /** Credentials for the registry. @default the logins of Docker and Podman */
  readonly credentials?: CredentialSource | undefined;
  /** Time limits, TLS and headers for the registry. @default https; loopback hosts are asked what they speak */
  readonly connection?: ConnectionOptions | undefined;
  /** Connections and tokens that calls share, from `openSession`. @default a session for the one call */
  readonly session?: Session | undefined;
  /** The most attachments and entries of indexes that the verb may meet; more are `INCOMPLETE`. @default 100000 */
  readonly maxItems?: number | undefined;
}

type ForReading = Pick<OpenSourceOptions, 'damaged'>;
type ForWriting = Pick<OpenStoreOptions, 'access' | 'create'>;

/**
 * Opens a location for reading while `use` runs. An open store stays open.
 *
 * @throws RemoraError as `parsePlace`, `openSource` and `use`
 */
export async function withSource<T>(
  location: Location,
  options: AccessOptions & ForReading,
  use: (source: Source, selector: ManifestSelector) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  if ('store' in at) return use(at.store, selectorOf(at));
  await refuseLocalName(at, false);
  const { damaged, maxUnpackedBytes, signal } = options;
  const source = await explained(at, openSource(at, given({ ...access(options), damaged, maxUnpackedBytes, signal })));
  return closing(source, use(source, selectorOf(at)));
}

/**
 * Opens a location for writing while `use` runs. An open store stays open.
 *
 * @throws RemoraError as `parsePlace`, `openStore` and `use`
 */
export async function withStore<T>(
  location: Location<Store>,
  options: AccessOptions & ForWriting,
  use: (store: Store, selector: ManifestSelector) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  if ('store' in at) return use(at.store, selectorOf(at));
  await refuseLocalName(at, (options.access ?? 'write') !== 'read');
  const { create } = options;
  const opening = openStore(at, given({ ...access(options), access: options.access ?? 'write', create }));
  const store = await explained(at, opening);
  return closing(store, use(store, selectorOf(at)));
}

/** Parses a reference, as {@link resolvePlace} does; wraps an open store. */
export function resolveLocation<S extends Source>(location: Location<S>): Place | Stored<S> {
  if (typeof location === 'string') return resolvePlace(location);
  if ('close' in location) return { store: location };
  return location;
}

/**
 * Parses a reference. Of text like `oci:PATH:docker.io/library/a:latest` the path is the longest that leads to a layout
 * or an archive; where none does, the name is the text behind the last `:`.
 *
 * @throws RemoraError as `parsePlace`
 */
export function resolvePlace(text: string): Place {
  refuseBeginning(text);
  return readingsOf(text).find(isThere) ?? parsePlace(text);
}

/** @throws RemoraError `INVALID_ARGUMENT` for a layout or an archive with the beginning of a digest: it would name another path */
export function refuseBeginning(text: string): void {
  const digits = digitsOf(text);
  if (digits !== undefined && digits.length >= 8) parseDigest(digits);
}

/** The hexadecimal digits behind an `@` that is not a part of a path: there is a layout or an archive without them. */
export function digitsOf(text: string): string | undefined {
  const [, name, digits] = /^(.+)@([0-9a-f]+)$/is.exec(text) ?? [];
  if (name === undefined) return undefined;
  const isPath = readingsOf(text).some((reading) => reading.path.endsWith(`@${digits}`) && isThere(reading));
  return !isPath && readingsOf(name).some(isThere) ? digits : undefined;
}

export function selectorOf({ tag, digest }: ManifestSelector): ManifestSelector {
  return given({ tag, digest });
}

function access({ connection, credentials, session }: AccessOptions): OpenStoreOptions {
  return given({ ...connection, credentials, session });
}

async function closing<T>(source: Source, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await source.close();
  }
}
