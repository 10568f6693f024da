import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { configOf, type Manifest } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { attachmentOfManifest, type SelectedAttachment } from '../attached/attachment.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformManifest } from '../attached/platform.js';
import { selectAttached } from '../attached/select.js';
import type { Selection } from '../attached/selection.js';
import { resolveSubject } from '../attached/subject.js';
import type { AccessOptions } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { fileKey, filesOf } from './files-of.js';
import { CONCURRENCY, manifestsWithFiles, manifestWithFiles, type WantedManifest } from './index-files.js';
import { LeftOut } from './left-out.js';

/** Options that select the files. */
export interface SelectOptions extends AccessOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index */
  readonly platform?: string | Platform | undefined;
  /** Take the files of these attachments; one must match, unless `latest` or `all`. @default the artifact's own files */
  readonly selection?: Selection | undefined;
  /**
   * Take the predicates of in-toto statements, DSSE envelopes and Sigstore bundles instead of the files themselves.
   * Signatures are not verified. @default false
   */
  readonly unwrap?: boolean | undefined;
}

/** {@link SelectOptions}, parsed. */
export interface WantedOptions extends CallOptions {
  readonly platform?: Platform | undefined;
  readonly selection?: Selection | undefined;
  readonly limit: ItemLimit;
}

/** @throws RemoraError `INVALID_ARGUMENT` for a malformed platform, before a store is opened */
export function wantedOptions({ platform, selection, signal, maxItems }: SelectOptions): WantedOptions {
  return { platform: platformOf(platform), selection, signal, limit: new ItemLimit(maxItems) };
}

/** The wanted files of all manifests. */
export interface Wanted {
  /** The artifact or subject that the location names. */
  readonly reference: string;
  readonly manifests: readonly WantedManifest[];
  readonly leftOut: LeftOut;
}

/**
 * Finds the wanted files: those of the manifest, or of its selected attachments. An attachment that is an index stands for
 * the manifests below it.
 *
 * @param mayLeaveOut true where a manifest that cannot be read is left out, if all attachments are wanted
 * @throws RemoraError `NO_MATCH` for an image, whose layers are not files, and as {@link selectAttached}
 */
export async function wantedFiles(
  source: Source,
  selector: ManifestSelector,
  { platform, selection, signal, limit }: WantedOptions,
  mayLeaveOut = false,
): Promise<Wanted> {
  if (selection === undefined) {
    const manifest = await platformManifest(source, selector, platform, { signal, limit });
    checkHasFiles(source, manifest, platform);
    const name = platform && formatPlatform(platform);
    const wanted = manifestWithFiles({ manifest, attachment: attachmentOfManifest(manifest, []), platform: name });
    const reference = source.format({ digest: manifest.descriptor.digest });
    return { reference, manifests: [wanted], leftOut: new LeftOut(false) };
  }
  const subject = await resolveSubject(source, selector, platform, { signal, limit });
  const mayMiss = mayLeaveOut && selection.all === true;
  const leftOut = new LeftOut(mayMiss);
  const onUnasked = mayMiss ? (way: string, error: unknown) => leftOut.failed(way, error) : undefined;
  const attachments = await selectAttached(source, subject, selection, { signal, limit, onUnasked });
  const manifests = await manifestsOf(source, attachments, leftOut, signal);
  return { reference: source.format({ digest: subject.descriptor.digest }), manifests, leftOut };
}

/** The manifests of attachments, each once, with their files. */
async function manifestsOf(
  source: Source,
  attachments: readonly SelectedAttachment[],
  leftOut: LeftOut,
  signal: AbortSignal | undefined,
): Promise<readonly WantedManifest[]> {
  const known = new Map<Digest, Promise<Manifest | undefined>>();
  const read = (digest: Digest): Promise<Manifest | undefined> => {
    const manifest =
      known.get(digest) ??
      source.manifest({ digest }, { signal }).catch((error: unknown) => {
        leftOut.failed(`manifest ${source.format({ digest })}`, error);
        return undefined;
      });
    known.set(digest, manifest);
    return manifest;
  };
  const found = await mapSome(attachments, CONCURRENCY, async (attachment): Promise<readonly WantedManifest[]> => {
    const { holder, descriptor, platform } = attachment;
    if (holder === undefined) {
      const manifest = await read(descriptor.digest);
      return manifest === undefined ? [] : manifestsWithFiles({ manifest, attachment, platform }, read);
    }
    return [{ descriptor: holder, files: [{ layer: descriptor, attachment, isOnly: true, ...given({ platform }) }] }];
  });
  const manifests = new Map<Digest, WantedManifest>();
  for (const { descriptor, files } of found.flat()) {
    const before = manifests.get(descriptor.digest)?.files ?? [];
    const keys = new Set(before.map(({ layer }) => fileKey(layer)));
    manifests.set(descriptor.digest, {
      descriptor,
      files: [...before, ...files.filter(({ layer }) => !keys.has(fileKey(layer)))],
    });
  }
  return [...manifests.values()];
}
/** @throws RemoraError `NO_MATCH` for an image whose layers have no titles: they are not files */
function checkHasFiles(source: Source, manifest: Manifest, platform: Platform | undefined): void {
  const files = filesOf(source, manifest, platform !== undefined);
  const config = configOf(manifest)?.mediaType;
  if (config !== MediaType.imageConfig && config !== MediaType.dockerImageConfig) return;
  if (files.some((layer) => layer.annotations?.[Annotation.title] !== undefined)) return;
  const reference = source.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('NO_MATCH', `${reference} is an image: none of its layers is a file`, {
    hint: 'Give --kind or --artifact-type to fetch its attachments, or see its layers with inspect',
  });
}
