import { RemoraError } from '../../errors.js';
import { configOf, type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { type Attachment, attachmentOfManifest, type SelectedAttachment } from '../attached/attachment.js';
import { platformManifest } from '../attached/platform.js';
import { selectAttached } from '../attached/select.js';
import type { Selection } from '../attached/selection.js';
import { resolveSubject } from '../attached/subject.js';
import type { AccessOptions } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { filesOf } from './files-of.js';

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
}

/** @throws RemoraError `INVALID_ARGUMENT` for a malformed platform, before a store is opened */
export function wantedOptions({ platform, selection, signal }: SelectOptions): WantedOptions {
  return { platform: platformOf(platform), selection, signal };
}

/** A manifest, and its wanted layers. */
export interface WantedManifest {
  readonly descriptor: Descriptor;
  readonly files: readonly WantedFile[];
}

/** A wanted layer, and the attachment that it is or belongs to. */
export interface WantedFile {
  readonly layer: Descriptor;
  readonly attachment: Attachment;
  readonly platform?: string;
  /** True when the attachment has no other files: the file has its kind. */
  readonly isOnly: boolean;
}

/** The wanted files of all manifests. */
export interface Wanted {
  /** The artifact or subject that the location names. */
  readonly reference: string;
  readonly manifests: readonly WantedManifest[];
}

/**
 * Finds the wanted files: those of the manifest, or of its selected attachments.
 *
 * @throws RemoraError `NO_MATCH` for an image, whose layers are not files, and as {@link selectAttached}
 */
export async function wantedFiles(
  source: Source,
  selector: ManifestSelector,
  { platform, selection, signal }: WantedOptions,
): Promise<Wanted> {
  if (selection === undefined) {
    const manifest = await platformManifest(source, selector, platform, { signal });
    const { digest } = manifest.descriptor;
    checkHasFiles(source, manifest);
    const name = platform && formatPlatform(platform);
    const files = filesOfAttachment(source, manifest, attachmentOfManifest(manifest, []), name);
    return { reference: source.format({ digest }), manifests: [{ descriptor: referrerEntry(manifest), files }] };
  }
  const subject = await resolveSubject(source, selector, platform, { signal });
  const attachments = await selectAttached(source, subject, selection, { signal });
  const byManifest = new Map<Digest, readonly [SelectedAttachment, ...SelectedAttachment[]]>();
  for (const attachment of attachments) {
    const { digest } = attachment.holder ?? attachment.descriptor;
    const known = byManifest.get(digest);
    byManifest.set(digest, known === undefined ? [attachment] : [...known, attachment]);
  }
  const manifests = await Promise.all([...byManifest.values()].map((some) => wantedManifest(source, some, signal)));
  return { reference: source.format({ digest: subject.descriptor.digest }), manifests };
}

/**
 * The only file.
 *
 * @throws RemoraError `NO_MATCH` for none, `AMBIGUOUS` for several
 */
export function onlyFile(
  { reference, manifests }: Wanted,
  several: { readonly where: string; readonly hint: string },
): WantedFile {
  const files = manifests.flatMap((manifest) => manifest.files);
  const [only] = files;
  if (only === undefined) {
    throw new RemoraError('NO_MATCH', `${reference} has no files, wanted one`, {
      hint: 'See its layers with inspect',
    });
  }
  if (files.length === 1) return only;
  throw new RemoraError('AMBIGUOUS', `${files.length} files ${several.where}, wanted one`, {
    candidates: files.map(({ layer }) => layer.annotations?.[Annotation.title] ?? layer.digest),
    hint: several.hint,
  });
}

/** The files of attachments in one manifest: the layers that are the attachments, or all layers of the attachment. */
async function wantedManifest(
  source: Source,
  attachments: readonly [SelectedAttachment, ...SelectedAttachment[]],
  signal: AbortSignal | undefined,
): Promise<WantedManifest> {
  const [first] = attachments;
  const { holder, descriptor } = first;
  if (holder === undefined) {
    const manifest = await source.manifest({ digest: descriptor.digest }, { signal });
    return { descriptor: referrerEntry(manifest), files: filesOfAttachment(source, manifest, first, first.platform) };
  }
  const files = attachments.map((attachment) => ({
    layer: attachment.descriptor,
    attachment,
    isOnly: true,
    ...given({ platform: attachment.platform }),
  }));
  return { descriptor: holder, files };
}

function filesOfAttachment(
  source: Source,
  manifest: Manifest,
  attachment: Attachment,
  platform: string | undefined,
): readonly WantedFile[] {
  const layers = filesOf(source, manifest);
  return layers.map((layer) => ({ layer, attachment, isOnly: layers.length === 1, ...given({ platform }) }));
}

/** @throws RemoraError `NO_MATCH` for an image whose layers have no titles: they are not files */
function checkHasFiles(source: Source, manifest: Manifest): void {
  const files = filesOf(source, manifest);
  const config = configOf(manifest)?.mediaType;
  if (config !== MediaType.imageConfig && config !== MediaType.dockerImageConfig) return;
  if (files.some((layer) => layer.annotations?.[Annotation.title] !== undefined)) return;
  const reference = source.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('NO_MATCH', `${reference} is an image: none of its layers is a file`, {
    hint: 'Give --kind or --artifact-type to fetch its attachments, or see its layers with inspect',
  });
}
