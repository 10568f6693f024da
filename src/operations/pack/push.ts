import { runAll } from '../../io/async/run-all.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import { Annotation } from '../../oci/values/annotations.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { ContentWriter, Store, Via, WriteResult } from '../../store/interfaces/store.js';
import { resultFields } from '../results/manifest-fields.js';
import type { FileInput } from './inputs.js';
import type { LayerContent } from './layer.js';
import { blobsOf, type Contents, manifestOf, type PackOptions, planPack, readContents } from './plan.js';
import { recogniseInputs } from './recognise.js';

/** Options of {@link push}. */
export interface PushOptions extends PackOptions {
  /** Tags for the artifact. @default none: it is found by its digest */
  readonly tags?: readonly string[] | undefined;
}

/** What was pushed. */
export interface PushResult {
  /** The artifact by its digest, as the store writes it. */
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** `exists` when the very same artifact was there already. */
  readonly result: WriteResult;
  readonly layers: readonly (Descriptor & { readonly result: WriteResult })[];
  /** For an artifact with a subject: where the store lists it. */
  readonly listedBy?: Via;
  /** The manifest with its exact bytes. */
  readonly manifest: Manifest;
}

/**
 * Packs files into an artifact and writes it: blobs first, the manifest last.
 *
 * Nothing is written before all files were looked at; equal input gives an equal digest.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT`, `CHANGED` (a file was written to meanwhile), and what the store throws
 */
export async function push(store: Store, files: readonly FileInput[], options: PushOptions = {}): Promise<PushResult> {
  const plan = await recogniseInputs(await planPack(files, options), options);
  const contents = await readContents(plan, options, { into: isIngester(store) ? store : undefined });
  try {
    const manifest = manifestOf(plan, contents);
    let written: ReadonlyMap<string, WriteResult> = new Map();
    const write = async (signal: AbortSignal) => {
      written = await writeContents(store, contents, { ...options, signal });
    };
    const prepare = (signal: AbortSignal) => store.prepareManifest(manifest, { signal });
    await runAll([write, prepare], async (task, signal) => void (await task(signal)), { signal: options.signal });
    const { result } = await store.putManifest(manifest, { tags: options.tags, signal: options.signal });
    return pushResult(store, manifest, contents, written, { result, tags: options.tags ?? [] });
  } finally {
    await discardContents(contents);
  }
}

/** What {@link pack} would push. */
export interface PackResult {
  readonly manifest: Manifest;
  readonly layers: readonly Descriptor[];
}

/**
 * Packs files without writing anything: the manifest, with its exact bytes, and what it names.
 *
 * @throws RemoraError as {@link push}, and with a subject as `attach`
 */
export async function pack(
  files: readonly FileInput[],
  options: PackOptions & { readonly subject?: Descriptor | undefined } = {},
): Promise<PackResult> {
  const plan = await recogniseInputs(await planPack(files, options), options, {
    required: options.subject !== undefined,
  });
  const contents = await readContents(plan, options, { describeOnly: true });
  const manifest = manifestOf(plan, contents, options.subject);
  return { manifest, layers: contents.layers.map(({ descriptor }) => descriptor) };
}

/**
 * Writes everything that the manifest will name. Uploads begin at once, and wait with their first byte for `ready`.
 */
export async function writeContents(
  store: ContentWriter,
  contents: Contents,
  options: PackOptions,
  ready: Promise<unknown> = Promise.resolve(),
): Promise<ReadonlyMap<string, WriteResult>> {
  const results = new Map<string, WriteResult>();
  const write = async ({ descriptor, stored, open }: LayerContent, signal: AbortSignal) => {
    const name = descriptor.annotations?.[Annotation.title] ?? descriptor.digest;
    const onProgress = (bytes: number) => options.onProgress?.({ name, bytes, total: descriptor.size, phase: 'move' });
    const opened = async () => {
      await ready;
      return open();
    };
    results.set(descriptor.digest, stored ?? (await store.writeBlob(descriptor, opened, { signal, onProgress })));
  };
  await runAll(blobsOf(contents), write, options);
  return results;
}

export function discardContents(contents: Contents): Promise<unknown> {
  return Promise.all(
    [...contents.layers, ...(contents.config ? [contents.config] : [])].map((content) => content.discard()),
  );
}

export function pushResult(
  store: Store,
  manifest: Manifest,
  contents: Contents,
  written: ReadonlyMap<string, WriteResult>,
  how: { readonly result: WriteResult; readonly tags: readonly string[]; readonly listedBy?: Via | undefined },
): PushResult {
  return {
    ...resultFields(store, referrerEntry(manifest)),
    ...(manifest.content.annotations === undefined ? {} : { annotations: manifest.content.annotations }),
    tags: how.tags,
    result: how.result,
    layers: contents.layers.map(({ descriptor }) => ({
      ...descriptor,
      result: written.get(descriptor.digest) ?? 'exists',
    })),
    ...(how.listedBy === undefined ? {} : { listedBy: how.listedBy }),
    manifest,
  };
}
