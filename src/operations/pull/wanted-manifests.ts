import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { configOf, type Manifest } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { Source } from '../../store/interfaces/store.js';
import { attachmentOfManifest, type SelectedAttachment } from '../attached/attachment.js';
import type { ItemLimit } from '../attached/item-limit.js';
import type { LookSelection } from '../attached/selection.js';
import type { LookOptions } from '../looked/whole-digest.js';
import type { AccessOptions } from '../places/location.js';
import type { TrustToUse } from '../verified/policy-trust.js';
import type { UnverifiedAttachment } from '../verified/schema.js';
import { fileKey, filesOf } from './files-of.js';
import { CONCURRENCY, manifestsWithFiles, manifestWithFiles, type WantedManifest } from './index-files.js';
import type { LeftOut } from './left-out.js';
import type { Parts } from './part-options.js';

/** The options that select files, parsed. */
export interface WantedOptions extends LookOptions, Pick<AccessOptions, 'signal' | 'maxItems'> {
  readonly platform?: Platform | undefined;
  readonly selection?: LookSelection | undefined;
  readonly limit: ItemLimit;
  readonly parts: Parts;
  /** Only what this trust verifies is wanted. @default all */
  readonly trust?: TrustToUse | undefined;
}

/** The wanted files of all manifests. */
export interface Wanted {
  /** The artifact or subject that the location names. */
  readonly reference: string;
  readonly manifests: readonly WantedManifest[];
  readonly leftOut: LeftOut;
  /** With trust: the attachments that fit the selection and are not verified. */
  readonly unverified?: readonly UnverifiedAttachment[];
}

/** Reads the manifests of attachments, each once; undefined for one that is left out. */
export type ReadManifest = (digest: Digest) => Promise<Manifest | undefined>;

export function manifestReader(source: Source, leftOut: LeftOut, signal: AbortSignal | undefined): ReadManifest {
  const known = new Map<Digest, Promise<Manifest | undefined>>();
  return (digest) => {
    const manifest =
      known.get(digest) ??
      source.manifest({ digest }, { signal }).catch((error: unknown) => {
        leftOut.failed(`manifest ${source.format({ digest })}`, error);
        return undefined;
      });
    known.set(digest, manifest);
    return manifest;
  };
}

/** The manifests of attachments, each once, with their files. */
export async function manifestsOf(
  attachments: readonly SelectedAttachment[],
  read: ReadManifest,
): Promise<readonly WantedManifest[]> {
  const found = await mapSome(attachments, CONCURRENCY, async (attachment): Promise<readonly WantedManifest[]> => {
    const { holder, descriptor, platform } = attachment;
    if (holder === undefined) {
      const manifest = await read(descriptor.digest);
      return manifest === undefined ? [] : manifestsWithFiles({ manifest, attachment, platform }, read);
    }
    return [{ descriptor: holder, files: [{ layer: descriptor, attachment, isOnly: true, ...given({ platform }) }] }];
  });
  return united(found.flat());
}

/** The same manifests, each once: each file of one stands once. */
export function united(found: readonly WantedManifest[]): readonly WantedManifest[] {
  const manifests = new Map<Digest, WantedManifest>();
  for (const { files, ...one } of found) {
    const before = manifests.get(one.descriptor.digest)?.files ?? [];
    const keys = new Set(before.map(({ layer }) => fileKey(layer)));
    manifests.set(one.descriptor.digest, {
      ...one,
      files: [...before, ...files.filter(({ layer }) => !keys.has(fileKey(layer)))],
    });
  }
  return [...manifests.values()];
}

/**
 * The files of the artifact that a location names. The layers of an image without titles are files only where their type
 * is asked for.
 *
 * @throws RemoraError `NO_MATCH` for an image without files, unless its config is wanted; `AMBIGUOUS` for an index
 */
export function ownFiles(
  source: Source,
  manifest: Manifest,
  { platform, parts }: Pick<WantedOptions, 'platform' | 'parts'>,
): WantedManifest {
  const name = platform && formatPlatform(platform);
  const wanted = manifestWithFiles({ manifest, attachment: attachmentOfManifest(manifest, []), platform: name });
  const files = filesOf(source, manifest, platform !== undefined);
  const config = configOf(manifest)?.mediaType;
  if (config !== MediaType.imageConfig && config !== MediaType.dockerImageConfig) return wanted;
  if (parts.mediaTypes.length > 0) return wanted;
  if (files.some((layer) => layer.annotations?.[Annotation.title] !== undefined)) return wanted;
  if (parts.config) return { ...wanted, files: [] };
  const reference = source.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('NO_MATCH', `${reference} is an image: none of its layers is a file`, {
    hint: 'Give --kind or --artifact-type to fetch its attachments, or see its layers with inspect',
  });
}
