import { Readable } from 'node:stream';
import type { ArchiveBlob, ArchiveWriter, ListedManifest, Source } from '../../store/interfaces/store.js';
import type { IntoStoreOptions } from './into-store.js';
import { type CopyItem, type CopyPlan, tagsByDigest } from './plan.js';
import { copyResult } from './result.js';
import type { CopiedObject, CopyResult } from './schema.js';

/** Options of {@link copyIntoArchive}: a new archive is empty, so nothing is looked for. */
export type IntoArchiveOptions = Pick<IntoStoreOptions, 'signal' | 'concurrency' | 'onProgress' | 'onObject'>;

/**
 * Carries out a copy into a new archive. The same plan gives the same bytes.
 *
 * Attachments are listed in `index.json` as ORAS lists them: with type and annotations, without a tag.
 *
 * @param writer of `openArchiveWriter`, opened before the plan is made: it checks the path
 * @throws RemoraError the first failure; a file that was there before stays unchanged
 */
export async function copyIntoArchive(
  source: Source,
  writer: ArchiveWriter,
  plan: CopyPlan,
  options: IntoArchiveOptions = {},
): Promise<CopyResult> {
  const objects: CopiedObject[] = [];
  const { signal, concurrency, onProgress, onObject } = options;
  await writer.write(
    { listed: listedIn(plan), blobs: blobsOf(source, plan) },
    {
      signal,
      concurrency,
      onProgress: ({ digest, size }, bytes) => {
        if (!plan.items.has(digest)) onProgress?.({ name: digest, bytes, total: size, phase: 'move' });
      },
      onWritten: ({ mediaType, digest, size }) => {
        const object = { mediaType, digest, size, result: 'copied' } as const;
        objects.push(object);
        onObject?.(object);
      },
    },
  );
  return copyResult(writer.format, plan, objects);
}

/** Manifests were read already, also those that a manifest names as a blob. */
function* blobsOf(source: Source, { items, blobs }: CopyPlan): Iterable<ArchiveBlob> {
  for (const { manifest } of items.values()) {
    const open = async () => Readable.from([manifest.bytes], { objectMode: false });
    yield { descriptor: manifest.descriptor, open };
  }
  for (const [digest, descriptor] of blobs) {
    if (!items.has(digest)) yield { descriptor, open: (call) => source.openBlob(descriptor, call) };
  }
}

/** Entries in an order that does not depend on timing: roots first, then attachments. */
function listedIn(plan: CopyPlan): readonly ListedManifest[] {
  const tagsOf = tagsByDigest(plan);
  const sortKey = ({ manifest, role }: CopyItem, [first = '']: readonly string[]) =>
    `${role === 'attached' ? 2 : 1} ${first} ${manifest.descriptor.digest}`;
  return [...plan.items.values()]
    .map((item) => ({ item, tags: [...(tagsOf.get(item.manifest.descriptor.digest) ?? [])].sort() }))
    .filter((listed) => listed.item.role !== 'child' || listed.tags.length > 0)
    .map((listed) => ({ ...listed, key: sortKey(listed.item, listed.tags) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((listed) => ({ manifest: listed.item.manifest, tags: listed.tags }));
}
