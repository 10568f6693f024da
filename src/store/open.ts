import { statSync } from 'node:fs';
import { join } from 'node:path';
import { RemoraError } from '../errors.js';
import type { UnpackLimitOptions } from '../io/compression/unpack-limit.js';
import { bestEffortSync } from '../io/files/system-error.js';
import type { CatalogPlace } from '../oci/names/catalog.js';
import { formatPlace, type PathPlace, type Place } from '../oci/names/place.js';
import type { Session } from './interfaces/session.js';
import type { SeveralPlaces } from './interfaces/several-places.js';
import type { ArchiveWriter, CallOptions, Source, Store } from './interfaces/store.js';
import { INDEX_FILE, LAYOUT_FILE } from './layout/files/paths.js';
import type { OpenRegistryOptions } from './registry/store.js';

/** Options of {@link openStore}. */
export interface OpenStoreOptions extends OpenRegistryOptions {
  /** Create a layout that does not exist. @default false */
  readonly create?: boolean | undefined;
}

/**
 * Opens the store of a place, for reading and writing; only the code of that kind of place is loaded.
 *
 * @throws RemoraError `NOT_FOUND`, `MALFORMED`, `UNSUPPORTED` (archives, which are read with {@link openSource})
 */
export async function openStore(place: Place, options: OpenStoreOptions = {}): Promise<Store> {
  switch (place.kind) {
    case 'registry': {
      const { openRegistry } = await import('./registry/store.js');
      return openRegistry(place, options);
    }
    case 'layout': {
      const { openHostedLayout } = await import('./layout/hosting/hosted-store.js');
      return openHostedLayout(place.path, { create: options.create });
    }
    case 'archive':
      throw new RemoraError('UNSUPPORTED', `${formatPlace(place)} is an archive, which is never changed in place`, {
        hint: 'Write into an image layout like oci:./layout; remora copy makes an archive of it',
      });
    case 'directory':
      throw new RemoraError('UNSUPPORTED', `${formatPlace(place)} is a directory of skopeo's, which is only read`, {
        hint: 'Write into an image layout like oci:./layout',
      });
  }
}

/** Opens a session for several questions, as `openSession` does; the code of registries is loaded. */
export async function openSession(): Promise<Session> {
  const session = await import('./registry/session.js');
  return session.openSession();
}

/** Whether a layout or an archive is where a place is. A path that cannot be looked at counts as missing: opening it tells why. */
export function isThere({ kind, path }: PathPlace): boolean {
  const infoOf = (file: string) => bestEffortSync(() => statSync(file));
  if (kind !== 'layout') return infoOf(path)?.isFile() === true;
  return infoOf(join(path, LAYOUT_FILE)) !== undefined || infoOf(join(path, INDEX_FILE)) !== undefined;
}

/** Options of {@link openSource}. */
export interface OpenSourceOptions extends Omit<OpenStoreOptions, 'create'>, CallOptions, UnpackLimitOptions {
  /** Open a layout whose `oci-layout` file is missing or damaged, too: to check it. @default false */
  readonly damaged?: boolean | undefined;
}

/**
 * Opens a place for reading: all that {@link openStore} opens, archives of image layouts, and directories of skopeo's. Only
 * the code of that kind of place is loaded. To be closed.
 *
 * @throws RemoraError `NOT_FOUND`, `INVALID_ARGUMENT`, `MALFORMED`, `SIZE_MISMATCH`, `UNSUPPORTED`, `IO`, `INTERRUPTED`
 */
export async function openSource(place: Place, options: OpenSourceOptions = {}): Promise<Source> {
  switch (place.kind) {
    case 'archive': {
      const { openArchive } = await import('./archive/open.js');
      return openArchive(place.path, options);
    }
    case 'directory': {
      const { openImageDirectory } = await import('./directory/open.js');
      return openImageDirectory(place.path, options);
    }
    case 'layout': {
      if (!options.damaged) return openStore(place, options);
      const { openDamagedLayout } = await import('./layout/hosting/hosted-store.js');
      return openDamagedLayout(place.path);
    }
    default:
      return openStore(place, options);
  }
}

/** Joins a place with one where something of it is attached: both are one source then. Neither is closed with it. */
export async function joinPlaces(first: Source, second: Source): Promise<Source & SeveralPlaces> {
  const { joinSources } = await import('./elsewhere/source.js');
  return joinSources(first, second);
}

/** Options of {@link openArchiveWriter}. */
export interface OpenArchiveWriterOptions {
  /** Replace a file that is there, when the new one is whole. @default false */
  readonly overwrite?: boolean | undefined;
}

/**
 * Looks at where an archive shall be written, before anything is fetched for it.
 *
 * @throws RemoraError `EXISTS`, `NOT_FOUND` (its directory), `IO`, `UNSUPPORTED` (zstd with an older Node.js)
 */
export async function openArchiveWriter(path: string, options: OpenArchiveWriterOptions = {}): Promise<ArchiveWriter> {
  const { archiveWriter } = await import('./archive/writer.js');
  return archiveWriter(path, options);
}

/** Options of {@link pingRegistry}. */
export type AskRegistryOptions = Omit<OpenStoreOptions, 'access' | 'create'> & CallOptions;

/** Options of {@link repositoryNames}. */
export interface RepositoryNamesOptions extends AskRegistryOptions {
  /** Ask a registry for the names behind this one; some give all nevertheless. @default all */
  readonly last?: string | undefined;
}

/**
 * The names of the repositories of a registry, or of the image layouts below a directory as a server of that directory
 * has them. Only the code of that kind of place is loaded.
 *
 * @throws RemoraError `UNSUPPORTED` for a registry that gives no list: that is never an empty one; `NOT_FOUND`
 */
export async function* repositoryNames(
  place: CatalogPlace,
  options: RepositoryNamesOptions = {},
): AsyncIterable<string> {
  if (place.kind === 'directory') {
    const { listLayouts } = await import('./layout/hosting/catalog.js');
    yield* await listLayouts(place.path);
    return;
  }
  const { registry, prefix } = place;
  const { listCatalog } = await import('./registry/catalog.js');
  for await (const name of listCatalog(registry, options)) {
    if (prefix === undefined || name === prefix || name.startsWith(`${prefix}/`)) yield name;
  }
}

/**
 * Asks a registry whether it takes the credentials.
 *
 * @returns 'accepted', or 'open' when it asks nobody for credentials
 * @throws RemoraError `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND` (not a registry), or a network error
 */
export async function pingRegistry(registry: string, options: AskRegistryOptions = {}): Promise<'accepted' | 'open'> {
  const ping = await import('./registry/ping.js');
  return ping.pingRegistry(registry, options);
}
