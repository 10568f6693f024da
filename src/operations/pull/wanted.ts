import { RemoraError } from '../../errors.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { type Attachment, attachmentOfManifest } from '../attached/attachment.js';
import type { SelectedAttachment } from '../attached/by-distance.js';
import { choose } from '../attached/choose.js';
import { platformManifest, platformSubject } from '../attached/platform.js';
import type { Selection } from '../attached/selection.js';
import { filesOf } from './write-files.js';

/** What is to be fetched. */
export interface WantedOptions extends CallOptions {
  readonly selector: ManifestSelector;
  /** Choose this child of an index. */
  readonly platform?: Platform | undefined;
  /** Take what is attached to the selected manifest instead of its own files. */
  readonly selection?: Selection | undefined;
}

/** A manifest, and those of its layers that are wanted. */
export interface WantedManifest {
  readonly descriptor: Descriptor;
  readonly files: readonly WantedFile[];
}

/** A layer that is wanted, and what it is, or belongs to. */
export interface WantedFile {
  readonly layer: Descriptor;
  readonly attachment: Attachment;
  readonly platform?: string;
  /** True when it is all that its thing consists of: the thing's kind is what the file is. */
  readonly isAlone: boolean;
}

/**
 * Finds the files that are wanted: those of the selected manifest, or of what is attached to it.
 *
 * @throws RemoraError `NO_MATCH` for an image, whose layers are no files, and as {@link choose}
 */
export async function wantedFiles(
  store: Source,
  options: WantedOptions,
): Promise<{ readonly reference: string; readonly manifests: readonly WantedManifest[] }> {
  const { selector, platform, selection, signal } = options;
  if (selection === undefined) {
    const manifest = await platformManifest(store, selector, platform, { signal });
    requireFiles(store, manifest);
    const attachment = attachmentOfManifest(manifest, []);
    const files = filesOfAttachment(
      store,
      manifest,
      attachment,
      platform === undefined ? undefined : formatPlatform(platform),
    );
    return {
      reference: store.format({ digest: manifest.descriptor.digest }),
      manifests: [{ descriptor: referrerEntry(manifest), files }],
    };
  }
  const { subject, index } = await platformSubject(store, selector, platform, { signal });
  const attachments = await choose(store, subject, selection, { signal, index });
  const groups = new Map<string, readonly [SelectedAttachment, ...SelectedAttachment[]]>();
  for (const attachment of attachments) {
    const { digest } = attachment.holder ?? attachment.descriptor;
    const group = groups.get(digest);
    groups.set(digest, group === undefined ? [attachment] : [...group, attachment]);
  }
  const manifests = await Promise.all([...groups.values()].map((group) => manifestOf(store, group, signal)));
  return { reference: store.format({ digest: subject.digest }), manifests };
}

/** The files of things of one manifest: of its layers where these are the things, of all of it where it is the thing. */
async function manifestOf(
  store: Source,
  attachments: readonly [SelectedAttachment, ...SelectedAttachment[]],
  signal: AbortSignal | undefined,
): Promise<WantedManifest> {
  const [first] = attachments;
  const { holder, descriptor } = first;
  if (holder === undefined) {
    const manifest = await store.manifest({ digest: descriptor.digest }, { signal });
    return { descriptor: referrerEntry(manifest), files: filesOfAttachment(store, manifest, first, first.platform) };
  }
  const files = attachments.map((attachment) => ({
    layer: attachment.descriptor,
    attachment,
    isAlone: true,
    ...(attachment.platform === undefined ? {} : { platform: attachment.platform }),
  }));
  return { descriptor: holder, files };
}

function filesOfAttachment(
  store: Source,
  manifest: Manifest,
  attachment: Attachment,
  platform: string | undefined,
): readonly WantedFile[] {
  const layers = filesOf(store, manifest);
  return layers.map((layer) => ({
    layer,
    attachment,
    isAlone: layers.length === 1,
    ...(platform === undefined ? {} : { platform }),
  }));
}

/** An image's layers are no files for people, unless they have titles. */
function requireFiles(store: Source, manifest: Manifest): void {
  const files = filesOf(store, manifest);
  const config = manifest.kind === 'image' ? manifest.content.config.mediaType : undefined;
  if (config !== MediaType.imageConfig && config !== MediaType.dockerImageConfig) return;
  if (files.some((layer) => layer.annotations?.[Annotation.title] !== undefined)) return;
  const reference = store.format({ digest: manifest.descriptor.digest });
  throw new RemoraError('NO_MATCH', `${reference} is an image: its layers are no files`, {
    hint: 'Give --kind or --artifact-type to fetch what is attached to it, or see it with inspect',
  });
}
