import { RemoraError } from '../../errors.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { MediaType } from '../../oci/values/media-types.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { SelectedThing } from '../attached/by-distance.js';
import { choose } from '../attached/choose.js';
import { platformManifest, platformSubject } from '../attached/platform.js';
import type { Selection } from '../attached/selection.js';
import { type AttachedThing, thingOfManifest } from '../attached/thing.js';
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
  readonly thing: AttachedThing;
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
    const thing = thingOfManifest(manifest, []);
    const files = filesOfThing(store, manifest, thing, platform === undefined ? undefined : formatPlatform(platform));
    return {
      reference: store.format({ digest: manifest.descriptor.digest }),
      manifests: [{ descriptor: referrerEntry(manifest), files }],
    };
  }
  const { subject, index } = await platformSubject(store, selector, platform, { signal });
  const things = await choose(store, subject, selection, { signal, index });
  const groups = new Map<string, readonly [SelectedThing, ...SelectedThing[]]>();
  for (const thing of things) {
    const { digest } = thing.holder ?? thing.descriptor;
    const group = groups.get(digest);
    groups.set(digest, group === undefined ? [thing] : [...group, thing]);
  }
  const manifests = await Promise.all([...groups.values()].map((group) => manifestOf(store, group, signal)));
  return { reference: store.format({ digest: subject.digest }), manifests };
}

/** The files of things of one manifest: of its layers where these are the things, of all of it where it is the thing. */
async function manifestOf(
  store: Source,
  things: readonly [SelectedThing, ...SelectedThing[]],
  signal: AbortSignal | undefined,
): Promise<WantedManifest> {
  const [first] = things;
  const { holder, descriptor } = first;
  if (holder === undefined) {
    const manifest = await store.manifest({ digest: descriptor.digest }, { signal });
    return { descriptor: referrerEntry(manifest), files: filesOfThing(store, manifest, first, first.platform) };
  }
  const files = things.map((thing) => ({
    layer: thing.descriptor,
    thing,
    isAlone: true,
    ...(thing.platform === undefined ? {} : { platform: thing.platform }),
  }));
  return { descriptor: holder, files };
}

function filesOfThing(
  store: Source,
  manifest: Manifest,
  thing: AttachedThing,
  platform: string | undefined,
): readonly WantedFile[] {
  const layers = filesOf(store, manifest);
  return layers.map((layer) => ({
    layer,
    thing,
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
