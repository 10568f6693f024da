import { readdir } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { isRemoraError } from '../../errors.js';
import { ifSystemError, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { redact } from '../../io/redact.js';
import { parseCatalogPlace } from '../../oci/names/catalog.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { listLogins } from '../../operations/login/list-logins.js';
import { type AccessOptions, resolvePlace, withSource } from '../../operations/places/location.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { isThere, repositoryNames } from '../../store/open.js';
import { firstNames } from './first-names.js';
import { link } from './links.js';
import { RecentTags } from './recent-tags.js';
import { Sessions } from './sessions.js';
import type { RepositoriesOptions, RepositoriesPage, Site, Spot } from './site.js';
import type { Told } from './told.js';

/** Options of {@link AnyPlace}. */
export interface AnyPlaceOptions {
  /** How a registry is reached; undefined: a place in the file system. */
  access(registry: string | undefined): AccessOptions;
  /** The only file of credentials. @default those of Docker and Podman */
  readonly authFile?: string | undefined;
  /** Words that each command in the terminal needs, too. @default none */
  readonly flags?: readonly string[] | undefined;
}

/** All places that remora reads, as the user of this computer reaches them. */
export class AnyPlace implements Site, AsyncDisposable {
  readonly isOpen = true;
  readonly recentTags = new RecentTags();
  readonly #sessions = new Sessions();

  readonly home: string;

  /** @param place the one that `/` leads to. @default the start page */
  constructor(
    private readonly place: string | undefined,
    private readonly options: AnyPlaceOptions,
  ) {
    this.home = place === undefined ? 'start' : link('open', { place });
  }

  get maxItems(): number | undefined {
    return this.options.access(undefined).maxItems;
  }

  async suggestions(): Promise<readonly string[]> {
    const { credentials } = await listLogins({ authFile: this.options.authFile });
    const registries = credentials.map(({ registry }) => registry.replace(/^https?:\/\//, ''));
    return [...new Set(registries)].toSorted();
  }

  terminal(place: string): readonly string[] {
    return registryOf(place) === undefined ? [place] : [...(this.options.flags ?? []), place];
  }

  locate(text: string): Spot {
    const spot = spotOf(text);
    const begun = this.place === undefined ? undefined : spotOf(this.place);
    const isListed = begun?.kind === 'catalog' && spot.repository !== undefined && isBelow(spot.repository, begun.text);
    return isListed ? { ...spot, catalog: begun.text } : spot;
  }

  async repositories(text: string, options: RepositoriesOptions): Promise<RepositoriesPage> {
    const place = parseCatalogPlace(text.replace(/\/$/, ''));
    const registry = place.kind === 'registry' ? place.registry : undefined;
    const { connection, credentials } = this.options.access(registry);
    const { last, signal } = options;
    const names = repositoryNames(place, { ...connection, ...(credentials && { credentials }), signal, last });
    const textOf = (name: string) => {
      if (place.kind === 'registry') return `${place.registry}/${name}`;
      const isOne = isThere({ kind: 'layout', path: place.path });
      return formatPlace({ kind: 'layout', path: isOne ? place.path : join(place.path, name) });
    };
    const page = await firstNames(names, options);
    return { ...page, repositories: page.names.map((name) => ({ name, place: textOf(name) })) };
  }

  read<T>(
    text: string,
    { signal }: CallOptions,
    work: (source: Source, selector: ManifestSelector) => Promise<T>,
  ): Promise<T> {
    const place = resolvePlace(text);
    const access = this.options.access(place.kind === 'registry' ? place.registry : undefined);
    return this.#sessions.use((session) => withSource(place, { ...access, session, signal }, work));
  }

  /**
   * Reads the beginning of a place in the file system; a directory without a layout needs to be one that can be listed. A
   * registry is not asked.
   *
   * @throws RemoraError as opening the place, `NOT_FOUND` for its tag or digest
   */
  async check(text: string): Promise<void> {
    const place = placeIn(text.trim());
    if (place === undefined || place.kind === 'registry') return;
    if (spotOf(text).kind === 'catalog' && (await canBeListed(place.path))) return;
    await this.read(text.trim(), {}, async (source, selector) => {
      if (selector.tag !== undefined || selector.digest !== undefined) await source.resolve(selector);
      else for await (const _ of source.tags()) break;
    });
  }

  tell({ code, message, hint, candidates }: Told): Told {
    return { code, message: redact(message), ...(hint && { hint: redact(hint) }), candidates: candidates?.map(redact) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sessions[Symbol.asyncDispose]();
  }
}

/** The page for a text of a place. @throws RemoraError `INVALID_ARGUMENT` */
export function spotOf(text: string): Spot {
  const trimmed = text.trim();
  const place = placeIn(trimmed);
  if (place === undefined) return { kind: 'catalog', text: trimmed };
  const isFolder = place.kind === 'layout' && place.tag === undefined && place.digest === undefined && !isThere(place);
  if (isFolder) return { kind: 'catalog', text: formatPlace(place) };
  const { tag, digest } = place;
  const isOne = tag !== undefined || digest !== undefined || place.kind === 'directory';
  return {
    kind: isOne ? 'manifest' : 'repository',
    text: formatPlace(place, { tag, digest }),
    repository: formatPlace(place),
    catalog: place.kind === 'registry' ? place.registry : undefined,
    tag,
    digest,
  };
}

async function canBeListed(directory: string): Promise<boolean> {
  return (await ifSystemError(readdir(directory), ...UNREADABLE_CODES)) !== undefined;
}

/** True for a layout in the directory of layouts; a registry leads up to itself. */
function isBelow(layout: string, catalog: string): boolean {
  const [inner, outer] = [resolvePlace(layout), parseCatalogPlace(catalog.replace(/\/$/, ''))];
  if (inner.kind !== 'layout' || outer.kind !== 'directory') return false;
  const way = relative(outer.path, inner.path);
  return way !== '' && !isAbsolute(way) && !way.startsWith('..');
}

/** The registry of a text of a place; undefined for a place in the file system. @throws RemoraError `INVALID_ARGUMENT` */
export function registryOf(text: string): string | undefined {
  const { kind, catalog } = spotOf(text);
  if (kind !== 'catalog') return catalog;
  const place = parseCatalogPlace(text.trim().replace(/\/$/, ''));
  return place.kind === 'registry' ? place.registry : undefined;
}

/** Undefined for a text that names a registry, or a part of its names: `HOST`, `HOST/PREFIX/`. */
function placeIn(text: string): Place | undefined {
  if (/^(?!\.{0,2}\/)[^:/]+(?::\d+)?\/(?:[^:@]*\/)?$/.test(text)) {
    parseCatalogPlace(text.replace(/\/$/, ''));
    return undefined;
  }
  try {
    return resolvePlace(text);
  } catch (error) {
    if (!isRemoraError(error) || error.code !== 'INVALID_ARGUMENT' || !isCatalog(text)) throw error;
    return undefined;
  }
}

/** The name of an archive would be that of a host, too. */
function isCatalog(text: string): boolean {
  if (/\.(?:tar|tgz|tzst|tar\.gz|tar\.zst)$/.test(text)) return false;
  try {
    return parseCatalogPlace(text).kind === 'registry';
  } catch (error) {
    if (isRemoraError(error)) return false;
    throw error;
  }
}
