import { realpathSync } from 'node:fs';
import { RemoraError } from '../../errors.js';
import { bestEffortSync } from '../../io/files/system-error.js';
import type { ConnectionOptions } from '../../io/http/connection-options.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import type { ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { isThere, joinPlaces } from '../../store/open.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, withSource, withStore } from './location.js';

/** Options of verbs whose attachments can live in another place than their subject. */
export interface ElsewhereOptions {
  /**
   * A repository, layout or archive that holds what is attached to subjects of the location. Both places are asked; what
   * is attached is written here. @default the location alone
   */
  readonly referrersIn?: Location | undefined;
  /**
   * How that place is reached.
   *
   * @default `credentials` and `connection`; where the location is in another registry, the logins of Docker and Podman,
   *   and `connection` without its headers, its client certificate, `plainHttp` and `insecure`
   */
  readonly referrersInAccess?: Pick<AccessOptions, 'credentials' | 'connection'> | undefined;
}

type Options = AccessOptions & ElsewhereOptions;

/**
 * Opens a location for reading while `use` runs, and the place of its attachments with it: both are one source then.
 *
 * @throws RemoraError `INVALID_ARGUMENT` (that place names a tag or digest), and as `withSource`
 */
export async function withAttached<T>(
  location: Location,
  options: Options,
  use: (source: Source, selector: ManifestSelector) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  const other = elsewhereOf(at, options);
  if (other === undefined) return withSource(at, options, use);
  return withSource(at, options, (first, selector) =>
    withSource(other.at, other.access, async (second) => use(await joinPlaces(first, second), selector)),
  );
}

/**
 * Opens a location to attach to what is there. `into` is where attachments are written: the location itself, which is only
 * read where they live elsewhere. A layout for them is created once the subject was found.
 *
 * @throws RemoraError as {@link withAttached} and `withStore`
 */
export async function withTarget<T>(
  location: Location<Store>,
  options: Options & { readonly access?: 'write' | 'delete' | undefined },
  use: (source: Source, selector: ManifestSelector, into: Store) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  const other = elsewhereOf(at, options);
  if (other === undefined) return withStore(at, options, (store, selector) => use(store, selector, store));
  return withSource(at, withoutAccess(options), async (source, selector) => {
    if (isNew(other.at)) await source.resolve(selector, { signal: options.signal });
    const how = { ...other.access, access: options.access, create: true };
    return withStore(writable(other.at), how, (into) => use(source, selector, into));
  });
}

/**
 * Opens a location and the place of its attachments, to tell what would be attached. `into` is undefined for a layout that
 * would be created.
 *
 * @throws RemoraError as {@link withTarget}
 */
export async function withPlannedTarget<T>(
  location: Location<Store>,
  options: Options,
  use: (source: Source, selector: ManifestSelector, into: Source | undefined) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  const other = elsewhereOf(at, options);
  const reading = { ...options, access: 'read' } as const;
  if (other === undefined) return withStore(at, reading, (store, selector) => use(store, selector, store));
  return withSource(at, options, (source, selector) =>
    isNew(other.at)
      ? use(source, selector, undefined)
      : withStore(writable(other.at), { ...other.access, access: 'read' }, (into) => use(source, selector, into)),
  );
}

/** Changes one of the places of a source while `work` runs. */
export type ChangePlace = <T>(place: Source, work: (store: Store) => Promise<T>) => Promise<T>;

/**
 * Opens a location to remove what is attached there and elsewhere. Of two places, each is read, and opened to delete
 * something when `change` is called for it.
 *
 * @throws RemoraError as {@link withAttached} and `withStore`
 */
export async function withChangeable<T>(
  location: Location<Store>,
  options: Options & { readonly access: 'read' | 'delete' },
  use: (source: Source, selector: ManifestSelector, change: ChangePlace) => Promise<T>,
): Promise<T> {
  const at = resolveLocation(location);
  const other = elsewhereOf(at, options);
  if (other === undefined)
    return withStore(at, options, (store, selector) => use(store, selector, (_place, work) => work(store)));
  const elsewhere = writable(other.at);
  const reading = withoutAccess(options);
  return withSource(at, reading, (first, selector) =>
    withSource(other.at, other.access, async (second) => {
      const change: ChangePlace = (place, work) =>
        place === first
          ? withStore(at, { ...reading, access: 'delete' }, work)
          : withStore(elsewhere, { ...other.access, access: 'delete' }, work);
      return use(await joinPlaces(first, second), selector, change);
    }),
  );
}

interface Elsewhere {
  readonly at: Place | Stored;
  readonly access: AccessOptions;
}

/**
 * The place that `referrersIn` names; undefined where it is absent, or names the location's own repository or layout.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where it names a tag or digest
 */
export function elsewhereOf(location: Location, options: Options): Elsewhere | undefined {
  if (options.referrersIn === undefined) return undefined;
  const at = resolveLocation(location);
  const other = wholePlace(options.referrersIn);
  return isSame(at, other) ? undefined : { at: other, access: accessTo(other, at, options) };
}

/**
 * A place of attachments.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where it names a tag or digest, and as `parsePlace`
 */
export function wholePlace(location: string | Place): Place;
export function wholePlace(location: Location): Place | Stored;
export function wholePlace(location: Location): Place | Stored {
  const at = resolveLocation(location);
  if (at.tag === undefined && at.digest === undefined) return at;
  const text = 'store' in at ? at.store.format(at) : formatPlace(at, at);
  throw new RemoraError('INVALID_ARGUMENT', `${text} names a tag or digest, wanted the place of all attachments`, {
    found: text,
    hint: 'Write the repository or layout alone, like ghcr.io/acme/attached',
  });
}

/** Secrets, headers and the client certificate are for the location's registry, and go to no other one. */
export function accessTo(other: Place | Stored, at: Place | Stored, options: Options): AccessOptions {
  const { credentials, connection, referrersInAccess, signal, session, maxItems, maxUnpackedBytes } = options;
  const shared = { signal, session, maxItems, maxUnpackedBytes };
  if (referrersInAccess !== undefined) return { ...shared, ...referrersInAccess };
  const registry = registryOf(at);
  if (registry === undefined || registry === registryOf(other)) return { ...shared, credentials, connection };
  return { ...shared, connection: withoutSecrets(connection) };
}

/** A connection for another registry, which neither gets secrets nor loses TLS and the check of its certificate. */
export function withoutSecrets(connection: ConnectionOptions = {}): ConnectionOptions {
  const {
    headers: _headers,
    clientCertificate: _certificate,
    plainHttp: _http,
    insecure: _insecure,
    ...rest
  } = connection;
  return rest;
}

/** The registry of a place; undefined for other places, and for open stores, which have their own access. */
export function registryOf(at: Place | Stored): string | undefined {
  return 'store' in at || at.kind !== 'registry' ? undefined : at.registry;
}

function isSame(at: Place | Stored, other: Place | Stored): boolean {
  if ('store' in at || 'store' in other) return 'store' in at && 'store' in other && at.store === other.store;
  if (at.kind !== 'registry' && other.kind !== 'registry') return realPath(at.path) === realPath(other.path);
  return formatPlace(at) === formatPlace(other);
}

function realPath(path: string): string | undefined {
  return bestEffortSync(() => realpathSync(path)) ?? path;
}

/** Whether it is a layout that does not exist yet. */
function isNew(at: Place | Stored): boolean {
  return !('store' in at) && at.kind === 'layout' && !isThere(at);
}

/** @throws RemoraError `UNSUPPORTED` for an open store that is only read; of other places, opening tells */
function writable(at: Place | Stored): Place | Stored<Store> {
  if (!('store' in at)) return at;
  const { store } = at;
  if (isStore(store)) return { store };
  throw new RemoraError(
    'UNSUPPORTED',
    `${store.format({})} is only read, wanted a repository or layout to write into`,
    {
      hint: 'Open an image layout or a repository with openStore',
    },
  );
}

function isStore(source: Source): source is Store {
  return 'putManifest' in source;
}

function withoutAccess<T extends object>({ access: _access, ...rest }: T & { readonly access?: unknown }) {
  return rest;
}
