import { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import { counted } from '../../io/streams/counted.js';
import { verified } from '../../io/streams/verify.js';
import { encodeTarHeader } from '../../io/tar/header.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import type { ArchiveBlob, CallOptions, WriteArchiveOptions } from '../interfaces/store.js';
import { LAYOUT_VERSION } from '../layout/files/layout-file.js';
import { blobName, INDEX_FILE, LAYOUT_FILE } from '../layout/files/paths.js';

/** The complete content of an image layout. */
export interface LayoutContent {
  /** The entries of `index.json`, with annotations. */
  readonly entries: readonly Descriptor[];
  readonly blobs: Iterable<ArchiveBlob>;
}

/** A file of an archive that is written. */
export interface Member {
  readonly header: Buffer;
  /** Bytes of content. */
  readonly size: number;
  /** The blob that it is; none for `oci-layout` and `index.json`. */
  readonly blob?: Descriptor;
  /** Its content, which fails when it is not what it should be. */
  readonly open: (options: CallOptions) => Promise<Readable>;
}

/**
 * The files of a layout in the order in which they are written. The files that tell what the archive is come first, for
 * `file` and for readers of a stream; blobs follow by their names.
 *
 * Directories have no members: unpackers make them (tried with skopeo, oras, regctl and GNU tar).
 *
 * @throws RemoraError `SIZE_MISMATCH` for two sizes of one blob, `UNSUPPORTED` for digests that cannot be verified
 */
export function archiveMembers(
  { entries, blobs }: LayoutContent,
  { onProgress }: Pick<WriteArchiveOptions, 'onProgress'> = {},
): readonly Member[] {
  return [
    fileMember(LAYOUT_FILE, { imageLayoutVersion: LAYOUT_VERSION }),
    fileMember(INDEX_FILE, { schemaVersion: 2, mediaType: MediaType.imageIndex, manifests: entries }),
    ...sortedBlobs(blobs).map((blob) => blobMember(blob, onProgress)),
  ];
}

function fileMember(name: string, document: object): Member {
  const bytes = Buffer.from(JSON.stringify(document));
  return member(name, bytes.length, async () => Readable.from([bytes], { objectMode: false }));
}

function blobMember({ descriptor, open }: ArchiveBlob, onProgress: WriteArchiveOptions['onProgress']): Member {
  const content = async (options: CallOptions) => {
    const stream = verified(await open(options), descriptor);
    return onProgress === undefined ? stream : counted(stream, (bytes) => onProgress(descriptor, bytes));
  };
  return { ...member(blobName(descriptor.digest), descriptor.size, content), blob: descriptor };
}

function member(name: string, size: number, open: Member['open']): Member {
  return { header: encodeTarHeader({ name, type: 'file', mode: 0o644, size }), size, open };
}

function sortedBlobs(blobs: Iterable<ArchiveBlob>): readonly ArchiveBlob[] {
  const byDigest = new Map<Digest, ArchiveBlob>();
  for (const blob of blobs) {
    const { digest, size } = blob.descriptor;
    const known = byDigest.get(digest)?.descriptor.size ?? size;
    if (known !== size) {
      throw new RemoraError('SIZE_MISMATCH', `${digest} is said to have ${known} bytes, and ${size}`, {
        expected: known,
        found: size,
      });
    }
    if (!byDigest.has(digest)) byDigest.set(digest, blob);
  }
  return [...byDigest.values()].sort((a, b) => (a.descriptor.digest < b.descriptor.digest ? -1 : 1));
}
