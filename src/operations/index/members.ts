import { resolve } from 'node:path';
import type { Manifest } from '../../oci/documents/manifest.js';
import type { Place } from '../../oci/names/place.js';
import { parseTags } from '../../oci/names/target.js';
import type { Annotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { parseDigest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { imageConfigOf, platformOfConfig } from '../attached/image-config.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, withSource } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { entryOf } from './entries.js';

/** A manifest that becomes a member of an index. */
export interface IndexMember {
  /** Text without `/` and without a scheme is a tag or digest of the index's own repository or layout. */
  readonly location: Location;
  /** `os/architecture[/variant]`. @default that of its image config; an artifact without one has none */
  readonly platform?: string | Platform | undefined;
  /** Annotations of its entry. @default none */
  readonly annotations?: Annotations | undefined;
}

/** A member with its location parsed. */
export interface ParsedMember extends IndexMember {
  readonly platform: Platform | undefined;
  /** Where it is in another place than the index; else `selector` tells which it is. */
  readonly elsewhere?: Location | undefined;
  readonly selector: ManifestSelector;
}

/** A member that was read. */
export interface FoundMember {
  readonly manifest: Manifest;
  readonly entry: Descriptor;
  /** The place that it is copied from; undefined for a member of the index's own place. */
  readonly from?: { readonly source: Source; readonly at: Place | Stored } | undefined;
}

/** @throws RemoraError `INVALID_ARGUMENT` for a name, a tag, or a platform that is not well formed */
export function parseMember(at: Place | Stored<Store>, member: string | Location | IndexMember): ParsedMember {
  const { location, platform, annotations }: IndexMember =
    typeof member === 'object' && 'location' in member ? member : { location: member };
  const selector = selectorAt(at, location);
  const elsewhere = selector === undefined ? location : undefined;
  return { location, platform: platformOf(platform), annotations, elsewhere, selector: selector ?? {} };
}

/**
 * The meaning of a location in the index's own place; undefined where it leads elsewhere.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function selectorAt(at: Place | Stored<Store>, location: Location): ManifestSelector | undefined {
  const kind = 'store' in at ? at.store.kind : at.kind;
  if (typeof location === 'string' && !/\/|^(?:oci|oci-archive|dir|docker|ocidir):/.test(location)) {
    // A digest that was cut short is not the name of something in a layout.
    const [, tag = '', digest] = /^(?:([^@]*)@|(?=sha\d{3}:))(\w+:.*)$/.exec(location) ?? [];
    if (digest !== undefined)
      return given({ digest: parseDigest(digest), tag: tag === '' ? undefined : parseTags(kind, [tag])[0] });
    return { tag: parseTags(kind, [location])[0] };
  }
  const to = resolveLocation(location);
  if (!isSamePlace(at, to)) return undefined;
  return given({ tag: to.tag, digest: to.digest });
}

function isSamePlace(one: Place | Stored, other: Place | Stored): boolean {
  if ('store' in one || 'store' in other) return 'store' in one && 'store' in other && one.store === other.store;
  if (one.kind === 'registry')
    return other.kind === 'registry' && one.registry === other.registry && one.repository === other.repository;
  return other.kind === one.kind && resolve(one.path) === resolve(other.path);
}

/**
 * Reads the members that are in other places, and calls `use` while those places are open.
 *
 * @throws RemoraError `NOT_FOUND`, and as the places
 */
export async function withForeignMembers<T>(
  members: readonly ParsedMember[],
  options: AccessOptions,
  use: (found: ReadonlyMap<ParsedMember, FoundMember>) => Promise<T>,
): Promise<T> {
  const [first, ...others] = members;
  if (first === undefined) return use(new Map());
  const { elsewhere } = first;
  if (elsewhere === undefined) return withForeignMembers(others, options, use);
  return withSource(elsewhere, options, async (source, selector) => {
    const found = await readMember(source, { ...first, selector }, options);
    const known = { ...found, from: { source, at: resolveLocation(elsewhere) } };
    return withForeignMembers(others, options, (more) => use(new Map([[first, known], ...more])));
  });
}

/**
 * Reads a member and its platform.
 *
 * @throws RemoraError `NOT_FOUND`, and as the store
 */
export async function readMember(
  source: Source,
  { selector, platform, annotations }: ParsedMember,
  { signal }: CallOptions,
): Promise<FoundMember> {
  const manifest = await source.manifest(selector, { signal });
  const config = platform === undefined ? await imageConfigOf(source, manifest, { signal }) : undefined;
  const own = platform ?? (config && platformOfConfig(config));
  return { manifest, entry: entryOf(manifest, { platform: own, annotations }) };
}
