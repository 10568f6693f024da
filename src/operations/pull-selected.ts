import { join, relative } from 'node:path';
import { RemoraError } from '../errors.js';
import { Annotation } from '../oci/annotations.js';
import { algorithmOf, encodedOf } from '../oci/digest.js';
import type { Manifest } from '../oci/manifest.js';
import { MediaType } from '../oci/media-types.js';
import type { Platform } from '../oci/platform.js';
import type { ManifestSelector, Store } from '../store/store.js';
import { choose, type Selection } from './choose.js';
import { platformManifest, resolvePlatform } from './platform-child.js';
import { filesOf, type PulledArtifact, type PullOptions, pull } from './pull.js';

/** Options of {@link pullSelected}. */
export interface PullSelectedOptions extends PullOptions {
  readonly selector: ManifestSelector;
  /** Choose this child of an index. */
  readonly platform?: Platform | undefined;
  /** Take what is attached to the selected manifest instead of its own files. */
  readonly selection?: Selection | undefined;
}

/** What was pulled from where. */
export interface PullResult {
  /** The artifact or subject that was asked for. */
  readonly reference: string;
  readonly artifacts: readonly PulledArtifact[];
}

/**
 * Pulls the files of the selected artifact, or of what is attached to it.
 *
 * @throws RemoraError as {@link pull} and {@link choose}
 */
export async function pullSelected(store: Store, options: PullSelectedOptions): Promise<PullResult> {
  const { reference, manifests } = await selectManifests(store, options);
  const output = options.output ?? '.';
  const artifacts: PulledArtifact[] = [];
  for (const manifest of manifests) {
    // Several artifacts may well have files of one name: each gets a directory, named so that nothing can clash.
    const { digest } = manifest.descriptor;
    const directory =
      manifests.length === 1 ? output : join(output, `${algorithmOf(digest)}-${encodedOf(digest).slice(0, 12)}`);
    const pulled = await pull(store, manifest, { ...options, output: directory });
    artifacts.push({
      ...pulled,
      files: pulled.files.map((file) => ({ ...file, path: relative('', file.path) || file.path })),
    });
  }
  return { reference, artifacts };
}

/** The manifests whose files are wanted, read and checked: each has files, or is an artifact without any. */
export async function selectManifests(
  store: Store,
  options: PullSelectedOptions,
): Promise<{ readonly reference: string; readonly manifests: readonly Manifest[] }> {
  const { selector, platform, selection, signal } = options;
  if (selection === undefined) {
    const manifest = await platformManifest(store, selector, platform, { signal });
    requireFiles(store, manifest);
    return { reference: store.format({ digest: manifest.descriptor.digest }), manifests: [manifest] };
  }
  const subject = await resolvePlatform(store, selector, platform, { signal });
  const chosen = await choose(store, subject, selection, { signal });
  const manifests = await Promise.all(chosen.map(({ digest }) => store.manifest({ digest }, { signal })));
  for (const manifest of manifests) filesOf(store, manifest);
  return { reference: store.format({ digest: subject.digest }), manifests };
}

/** An image's layers are no files for people, unless they have titles. */
function requireFiles(store: Store, manifest: Manifest): void {
  const files = filesOf(store, manifest);
  const config = manifest.kind === 'image' ? manifest.content.config.mediaType : undefined;
  if (config !== MediaType.imageConfig && config !== MediaType.dockerImageConfig) return;
  if (files.some((layer) => layer.annotations?.[Annotation.title] !== undefined)) return;
  throw new RemoraError(
    'NO_MATCH',
    `${store.format({ digest: manifest.descriptor.digest })} is an image: its layers are no files`,
    {
      hint: 'Give --artifact-type to fetch what is attached to it, or see it with inspect',
    },
  );
}
