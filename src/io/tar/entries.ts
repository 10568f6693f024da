import { quote } from '../../oci/text/quote.js';
import { ByteQueue } from './byte-queue.js';
import { NO_SPARSE, type TarMember, type TarMemberType, tarMembers } from './members.js';
import { badTar, cutTar } from './parse-header.js';

export type TarEntryType = Exclude<TarMemberType, 'other'>;

/** A member of an archive that can be unpacked. */
export interface TarEntry extends Omit<TarMember, 'type' | 'flag' | 'sparse'> {
  readonly type: TarEntryType;
  /** The content. To be read before the next entry is asked for; what is left is skipped. */
  readonly content: AsyncIterable<Buffer>;
}

/**
 * Reads an archive with the content of its members, as strictly as {@link tarMembers}.
 *
 * @throws RemoraError `MALFORMED`, also for members that cannot be unpacked
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const queue = new ByteQueue(source, () => cutTar());
  try {
    for await (const { flag, sparse, type, ...member } of tarMembers(queue)) {
      if (type === 'other') throw badTar(`${quote(member.name)} has the unsupported type ${quote(flag)}`);
      if (sparse) throw badTar('sparse files are not supported', { hint: NO_SPARSE });
      let left = member.size;
      const content = async function* () {
        while (left > 0) {
          const bytes = await queue.some(left);
          left -= bytes.length;
          yield bytes;
        }
      };
      yield { ...member, type, content: content() };
      for await (const _skipped of content());
    }
  } finally {
    await queue.close();
  }
}
