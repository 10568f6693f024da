import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { mapSome } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import type { ArchiveBlob, ArchiveWriter, CallOptions, ListedManifest, Source } from '../../store/interfaces/store.js';
import { blobTransfer, directionOf } from '../transfer/transfer.js';
import { UNANSWERED } from './ahead.js';
import { isEmptyContent, openContent } from './content.js';
import type { IntoStoreOptions } from './into-store.js';
import { type CopyPlan, inOrder, tagsByDigest } from './plan.js';
import { copyResult } from './result.js';
import type { CopiedObject, CopyResult } from './schema.js';
import { Tolerance } from './tolerance.js';

/** Options of {@link copyIntoArchive}: a new archive is empty, so nothing is looked for. */
export type IntoArchiveOptions = Pick<IntoStoreOptions, 'signal' | 'concurrency' | 'onProgress' | 'onObject'>;

/**
 * Carries out a copy into a new archive. The same plan gives the same bytes.
 *
 * Attachments are listed in `index.json` as ORAS lists them: with type and annotations, without a tag.
 *
 * @param writer of `openArchiveWriter`, opened before the plan is made: it checks the path
 * Of several roots, one whose content cannot be read stays behind: the archive is written again, without it.
 *
 * @throws RemoraError the first failure; a file that was there before stays unchanged
 */
export async function copyIntoArchive(
  source: Source,
  writer: ArchiveWriter,
  plan: CopyPlan,
  options: IntoArchiveOptions = {},
): Promise<CopyResult> {
  const failed = new Map<Digest, unknown>();
  const tolerance = new Tolerance(plan.several);
  const objects: CopiedObject[] = [];
  const { signal, concurrency, onProgress, onObject } = options;
  const direction = directionOf({ from: source });
  const open = async (descriptor: Descriptor, call: CallOptions) => {
    try {
      const stream = await tolerance.ofSource(openContent(source, descriptor, call));
      return stream.once('error', (error) => {
        if (tolerance.allows(error)) failed.set(descriptor.digest, error);
      });
    } catch (error) {
      if (tolerance.allows(error)) failed.set(descriptor.digest, error);
      throw error;
    }
  };
  const written = writer.write(
    { listed: listedIn(plan), blobs: blobsOf(plan, open) },
    {
      signal,
      concurrency,
      onProgress: (blob, bytes) => {
        if (!plan.items.has(blob.digest)) onProgress?.({ ...blobTransfer(blob, bytes), direction });
      },
      onWritten: ({ mediaType, digest, size }) => {
        const object = { mediaType, digest, size, result: 'copied' } as const;
        objects.push(object);
        onObject?.(object);
      },
    },
  );
  try {
    await written;
  } catch (error) {
    if (failed.size === 0) throw error;
    // All that is missing is looked for at once, so that the rest is seldom read more than twice.
    const rest = plan.without(new Map([...(await missingIn(source, plan, options)), ...failed]));
    if ([...failed.keys()].some((digest) => rest.blobs.has(digest))) throw error;
    return copyIntoArchive(source, writer, rest, options);
  }
  return copyResult(writer.format, plan, objects);
}

async function missingIn(
  source: Source,
  { items, blobs }: CopyPlan,
  { signal }: CallOptions,
): Promise<ReadonlyMap<Digest, unknown>> {
  const wanted = [...blobs.values()].filter((blob) => !items.has(blob.digest) && !isEmptyContent(blob));
  const found = await mapSome(wanted, 32, (blob) => orUndefined(source.hasBlob(blob, { signal }), ...UNANSWERED));
  return new Map(
    wanted.flatMap(({ digest }, index): (readonly [Digest, unknown])[] => {
      if (found[index] !== false) return [];
      return [[digest, new RemoraError('NOT_FOUND', `blob ${source.format({ digest })} is missing`)]];
    }),
  );
}

/** Manifests were read already, also those that a manifest names as a blob. */
function* blobsOf(
  { items, blobs }: CopyPlan,
  read: (descriptor: Descriptor, call: CallOptions) => Promise<Readable>,
): Iterable<ArchiveBlob> {
  for (const { manifest } of items.values()) {
    const open = async () => Readable.from([manifest.bytes], { objectMode: false });
    yield { descriptor: manifest.descriptor, open };
  }
  for (const [digest, descriptor] of blobs) {
    if (!items.has(digest)) yield { descriptor, open: (call) => read(descriptor, call) };
  }
}

/** Roots first, then attachments; a child has an entry only under a tag. */
function listedIn(plan: CopyPlan): readonly ListedManifest[] {
  const tagsOf = tagsByDigest(plan);
  return inOrder(plan)
    .map(({ manifest, role }) => ({ manifest, role, tags: tagsOf.get(manifest.descriptor.digest) ?? [] }))
    .filter(({ role, tags }) => role !== 'child' || tags.length > 0)
    .map(({ manifest, tags }) => ({ manifest, tags }));
}
