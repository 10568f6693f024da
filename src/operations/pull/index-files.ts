import type { LayerName } from '../../formats/names/naming.js';
import { mapSome } from '../../io/async/run-all.js';
import { DEFAULT_CONCURRENCY } from '../../io/http/connection-options.js';
import { childBlobs, childManifests } from '../../oci/documents/children.js';
import { configOf, layersOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { formatPlatform } from '../../oci/values/platform.js';
import type { CallOptions } from '../../store/interfaces/store.js';
import { type Attachment, attachmentOfManifest } from '../attached/attachment.js';
import type { UseProof } from '../verified/schema.js';
import { distinctFiles } from './files-of.js';

/** A manifest, and its wanted layers. */
export interface WantedManifest {
  readonly descriptor: Descriptor;
  readonly files: readonly WantedFile[];
  /** For names; absent where single layers of it are wanted, which are attachments themselves. */
  readonly manifest?: Manifest;
  /** The config, which is wanted where it is asked for. */
  readonly config?: WantedFile;
}

/** A wanted layer, and the attachment that it is or belongs to. */
export interface WantedFile {
  readonly layer: Descriptor;
  readonly attachment: Attachment;
  readonly platform?: string;
  /** True when the attachment has no other files: the file has its kind. */
  readonly isOnly: boolean;
  /** True for the config of the artifact. */
  readonly isConfig?: true;
  /** The name that the tool of its format gives it, where it has no title. */
  readonly named?: LayerName;
  /** The signature that verifies it. */
  readonly proof?: UseProof;
  /** For a signed envelope: its payload, judged as it is read. */
  readonly payload?: (options: CallOptions) => Promise<Uint8Array>;
}

/** Manifests that are read at a time. */
export const CONCURRENCY = DEFAULT_CONCURRENCY;

/** A manifest, as an attachment or as a part of one. */
interface Part {
  readonly manifest: Manifest;
  readonly attachment: Attachment;
  readonly platform: string | undefined;
}

/**
 * The manifests with the files of an attachment: itself, or those below it where it is an index, each once. Blobs that an
 * index names itself, as BuildKit's caches do, are its own files.
 *
 * @param read gives undefined for a manifest that is left out
 */
export async function manifestsWithFiles(
  root: Part,
  read: (digest: Digest) => Promise<Manifest | undefined>,
): Promise<readonly WantedManifest[]> {
  const found: Part[] = [];
  const seen = new Set([root.manifest.descriptor.digest]);
  for (let level: readonly Part[] = [root]; level.length > 0; ) {
    // An index that only names others has no files to be listed with.
    found.push(
      ...level.filter(({ manifest }) => childManifests(manifest).length === 0 || childBlobs(manifest).length > 0),
    );
    const entries = level.flatMap(({ manifest, platform }) =>
      childManifests(manifest).map((entry) => ({
        entry,
        platform: (entry.platform && formatPlatform(entry.platform)) || platform,
      })),
    );
    const fresh = entries.filter(({ entry: { digest } }) => !seen.has(digest) && seen.add(digest).has(digest));
    const below = await mapSome(fresh, CONCURRENCY, async ({ entry, platform }) => {
      const manifest = await read(entry.digest);
      return manifest && { manifest, attachment: attachmentOfManifest(manifest, root.attachment.via), platform };
    });
    level = below.filter((part) => part !== undefined);
  }
  return found.map(manifestWithFiles);
}

/** A manifest with all its files. */
export function manifestWithFiles({ manifest, attachment, platform }: Part): WantedManifest {
  const layers = distinctFiles(manifest.kind === 'index' ? childBlobs(manifest) : layersOf(manifest));
  const files = layers.map((layer) => ({ layer, attachment, isOnly: layers.length === 1, ...given({ platform }) }));
  const config = configOf(manifest);
  return {
    ...{ descriptor: referrerEntry(manifest), files, manifest },
    ...(config && { config: { layer: config, attachment, isOnly: false, isConfig: true, ...given({ platform }) } }),
  };
}
