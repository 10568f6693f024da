import { runAll } from '../../io/async/run-all.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import type { Store, Via, WriteResult } from '../../store/interfaces/store.js';
import { resultFields, writtenOrExists } from '../results/manifest-fields.js';
import { directionOf } from '../transfer/transfer.js';
import type { FileInput } from './inputs.js';
import type { LayerContent } from './layer.js';
import { blobsOf, type Contents, manifestOf, type PackOptions, type PackPlan, planPack, readContents } from './plan.js';
import { recogniseInputs } from './recognise.js';

/** Files that were packed, but not written. */
export interface PackResult {
  readonly manifest: Manifest;
  readonly layers: readonly Descriptor[];
}

/**
 * Packs files in memory: the manifest, with its exact bytes, and the descriptors of its layers.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT`, `CHANGED` (a file was written to meanwhile)
 */
export async function pack(
  files: readonly (string | FileInput)[],
  options: PackOptions & { readonly subject?: Descriptor | undefined } = {},
): Promise<PackResult> {
  const plan = await recogniseInputs(await planPack(files, options), options, {
    required: options.subject !== undefined,
  });
  return packPlan(plan, options, options.subject);
}

/** Packs a plan in memory. @throws RemoraError as {@link pack} */
export async function packPlan(plan: PackPlan, options: PackOptions, subject?: Descriptor): Promise<PackResult> {
  const contents = await readContents(plan, options, { describeOnly: true });
  const manifest = manifestOf(plan, contents, subject);
  return { manifest, layers: contents.layers.map(({ descriptor }) => descriptor) };
}

/** Writes all blobs that the manifest will name. Uploads start at once, and send the first byte after `ready`. */
export async function writeContents(
  store: Store,
  contents: Contents,
  options: PackOptions,
  ready: Promise<unknown> = Promise.resolve(),
): Promise<ReadonlyMap<string, WriteResult>> {
  const results = new Map<string, WriteResult>();
  const direction = directionOf({ to: store });
  const write = async ({ descriptor, stored, open }: LayerContent, signal: AbortSignal) => {
    const name = descriptor.annotations?.[Annotation.title] ?? descriptor.digest;
    const onProgress = (bytes: number) =>
      options.onProgress?.({ name, bytes, total: descriptor.size, phase: 'move', direction });
    const opened = async () => {
      await ready;
      return open();
    };
    results.set(descriptor.digest, stored ?? (await store.writeBlob(descriptor, opened, { signal, onProgress })));
    options.onProgress?.({
      name,
      bytes: descriptor.size,
      total: descriptor.size,
      phase: 'move',
      direction,
      isDone: true,
    });
  };
  await runAll(blobsOf(contents), write, options);
  return results;
}

export function discardContents(contents: Contents): Promise<unknown> {
  return Promise.all(
    [...contents.layers, ...(contents.config ? [contents.config] : [])].map((content) => content.discard()),
  );
}

/** The members that the results of push and attach share. */
export function packedResult(
  store: Store,
  manifest: Manifest,
  contents: Contents,
  written: ReadonlyMap<string, WriteResult>,
  how: { readonly result: WriteResult; readonly tags: readonly string[]; readonly listedBy?: Via | undefined },
) {
  return given({
    ...resultFields(store, referrerEntry(manifest)),
    annotations: manifest.content.annotations,
    tags: how.tags,
    result: writtenOrExists(how.result),
    layers: contents.layers.map(({ descriptor }) => ({
      ...descriptor,
      result: writtenOrExists(written.get(descriptor.digest) ?? 'exists'),
    })),
    listedBy: how.listedBy,
  });
}
