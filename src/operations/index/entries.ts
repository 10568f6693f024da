import { RemoraError } from '../../errors.js';
import { artifactTypeOf, configOf, type Manifest } from '../../oci/documents/manifest.js';
import { type Annotations, sortAnnotations } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { isImageConfig } from '../../oci/values/media-types.js';
import { formatPlatform, matchesPlatform, type Platform } from '../../oci/values/platform.js';
import type { LastWriter } from './last-writer.js';

/** The treatment of a new entry whose platform another entry of the index has. */
export type SamePlatform = 'refuse' | 'replace' | 'keep';

/** The properties of an entry that its manifest does not tell. */
export interface EntryDetails {
  readonly platform?: Platform | undefined;
  readonly annotations?: Annotations | undefined;
}

/** The entry of an index for a manifest (image-spec image-index.md, "manifests"). */
export function entryOf(manifest: Manifest, { platform, annotations = {} }: EntryDetails): Descriptor {
  const { mediaType, digest, size } = manifest.descriptor;
  const isImage = isImageConfig(configOf(manifest)?.mediaType ?? '') && !manifest.content.artifactType;
  return given({
    mediaType,
    digest,
    size,
    annotations: Object.keys(annotations).length === 0 ? undefined : sortAnnotations(annotations),
    artifactType: isImage ? undefined : artifactTypeOf(manifest) || undefined,
    platform,
  });
}

/** How an entry joins others. */
export interface JoinOptions {
  readonly samePlatform: SamePlatform;
  /** The index as errors name it. */
  readonly name: string;
  /** Decides about entries whose platform the new one has, where it may replace them. */
  readonly wish: LastWriter;
  /** The entry was put in before, or may have been. */
  readonly isAgain: boolean;
  /** Keep the order of the calls, instead of an order that does not depend on it. @default false */
  readonly isLast?: boolean;
}

/**
 * The entries with one more. A manifest that is there already gets what its entry lacks. The place of a new entry does not
 * depend on who comes first: by platform, then by digest, before the first entry that is greater.
 *
 * @returns the same array where there is nothing to do
 * @throws RemoraError `EXISTS` where another entry has the platform
 */
export function withEntry(
  entries: readonly Descriptor[],
  entry: Descriptor,
  { samePlatform, name, wish, isAgain, isLast = false }: JoinOptions,
): readonly Descriptor[] {
  const { digest, platform } = entry;
  const same = entries.filter((other) => other.digest === digest);
  const twin = same.find((other) => platform === undefined || isSamePlatform(other.platform, platform));
  const bare = same.find((other) => other.platform === undefined);
  const rivals = entries.filter((other) => other.digest !== digest && isSamePlatform(other.platform, platform));
  const conflict = twin === undefined ? (rivals[0] ?? bare) : undefined;
  if (conflict !== undefined && samePlatform === 'refuse') throw platformTaken(name, conflict, entry);
  const isReplacing = samePlatform === 'replace';
  const gone = new Set(isReplacing ? rivals : []);
  if (
    gone.size > 0 &&
    !wish.replaces(
      [...gone].map((other) => other.digest),
      isAgain,
    )
  )
    return entries;
  const known = twin ?? (isReplacing ? bare : undefined);
  const joined = known === undefined ? entry : withDetails(known, entry);
  if (gone.size === 0 && joined === known) return entries;
  const place = known ?? [...gone][0];
  if (place !== undefined)
    return entries.flatMap((other) => (other === place ? [joined] : gone.has(other) ? [] : [other]));
  const at = isLast ? -1 : entries.findIndex((other) => sortKey(other) > sortKey(entry));
  return at < 0 ? [...entries, entry] : entries.toSpliced(at, 0, entry);
}

/** An entry with the annotations and the platform of another one for the same manifest; itself where it has them. */
function withDetails(known: Descriptor, { annotations = {}, platform }: Descriptor): Descriptor {
  const lacks = Object.entries(annotations).some(([key, value]) => known.annotations?.[key] !== value);
  const isBare = known.platform === undefined && platform !== undefined;
  if (!lacks && !isBare) return known;
  return changedEntry(known, {
    annotations: lacks ? sortAnnotations({ ...known.annotations, ...annotations }) : known.annotations,
    platform: isBare ? platform : known.platform,
  });
}

/** An entry with other details, its members in the order of a new one; unknown ones stay. */
export function changedEntry(entry: Descriptor, { annotations, platform }: EntryDetails): Descriptor {
  const { mediaType, digest, size, urls, annotations: _, data, artifactType, platform: __, ...others } = entry;
  return given({ mediaType, digest, size, urls, annotations, data, artifactType, platform, ...others });
}

/** Whether both name one platform. BuildKit's attestations have `unknown/unknown`, which is not a platform. */
export function isSamePlatform(one: Platform | undefined, other: Platform | undefined): boolean {
  if (one === undefined || other === undefined || one.architecture === 'unknown') return false;
  return matchesPlatform(one, other) && matchesPlatform(other, one);
}

function sortKey({ platform, digest }: Descriptor): string {
  return platform === undefined ? `1 ${digest}` : `0 ${formatPlatform(platform)} ${digest}`;
}

/** The error for an entry whose platform another one has, or that is there without one. */
export function platformTaken(name: string, found: Descriptor, { digest, platform }: Descriptor): RemoraError {
  const wanted = platform === undefined ? '' : formatPlatform(platform);
  const [what, hint] =
    found.digest === digest
      ? [
          `has ${digest} without a platform, and it shall have ${wanted}`,
          'Set the platform with remora index annotate --member, or give --same-platform replace',
        ]
      : [
          `has ${found.digest} for ${wanted}, so that ${digest} has no place`,
          'Give --same-platform replace to put the new one in its place, or keep for both',
        ];
  return new RemoraError('EXISTS', `${name} ${what}`, { found: found.digest, expected: digest, hint });
}
