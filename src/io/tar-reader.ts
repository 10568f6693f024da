import { quote } from '../oci/quote.js';
import { ByteQueue } from './byte-queue.js';
import { TAR_BLOCK } from './tar-header.js';
import { badTar, decodeTarText, parseLongName, parsePax, parseTarHeader, type TarOverrides } from './tar-parse.js';

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hard link';

/** One member of an archive. Nothing about it has been judged: names and targets are as hostile as their author. */
export interface TarEntry {
  readonly type: TarEntryType;
  readonly name: string;
  /** Where a link points to, else empty. */
  readonly target: string;
  readonly mode: number;
  readonly size: number;
  /** The content. To be read before the next entry is asked for; what is left is skipped. */
  readonly content: AsyncIterable<Buffer>;
}

/** More than any name needs, and little enough to hold in memory. */
const MAX_EXTENDED_HEADER = 1024 * 1024;

const TYPES: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hard link',
  '2': 'symlink',
  '5': 'directory',
};

/**
 * Reads ustar, pax and GNU archives, strictly: the end must be marked by two blocks of zeros, and nothing but zeros
 * may follow. Readers differ in what they make of anything else, and then one checks what another does not unpack.
 *
 * @throws RemoraError `MALFORMED`
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void, undefined> {
  const queue = new ByteQueue(source, () => badTar('it ends too early'));
  let overrides: TarOverrides = {};
  try {
    for (;;) {
      const block = await queue.take(TAR_BLOCK);
      if (isZero(block)) break;
      const header = parseTarHeader(block);
      const extended = await readExtended(queue, header.flag, header.size);
      if (extended !== undefined) {
        overrides = { ...overrides, ...extended };
        continue;
      }
      const name = overrides.name || decodeTarText(header.name);
      const type = TYPES[header.flag];
      if (type === undefined) throw badTar(`${quote(name)} has the unsupported type ${quote(header.flag)}`);
      const size = overrides.size ?? header.size;
      if (type !== 'file' && size !== 0) throw badTar(`${quote(name)} is a ${type} with content`);
      const target = overrides.target || decodeTarText(header.target);
      overrides = {};
      let left = size;
      const content = async function* () {
        while (left > 0) {
          const bytes = await queue.some(left);
          left -= bytes.length;
          yield bytes;
        }
      };
      yield { type, name, target, mode: header.mode, size, content: content() };
      for await (const _skipped of content());
      await queue.take((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
    }
    await readEnd(queue, overrides);
  } finally {
    await queue.close();
  }
}

/** Reads a header that is about the next one, if this is such a header. */
async function readExtended(queue: ByteQueue, flag: string, size: number): Promise<TarOverrides | undefined> {
  if (!['x', 'g', 'L', 'K'].includes(flag)) return undefined;
  if (size > MAX_EXTENDED_HEADER)
    throw badTar(`an extended header has ${size} bytes, wanted at most ${MAX_EXTENDED_HEADER}`);
  const content = await queue.take(size);
  await queue.take((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
  if (flag === 'L') return { name: parseLongName(content) };
  if (flag === 'K') return { target: parseLongName(content) };
  const found = parsePax(content);
  if (flag === 'x') return found;
  if (Object.keys(found).length > 0) throw badTar('a global header names all files');
  return {};
}

async function readEnd(queue: ByteQueue, overrides: TarOverrides): Promise<void> {
  if (Object.keys(overrides).length > 0) throw badTar('it ends behind an extended header');
  if (!isZero(await queue.take(TAR_BLOCK))) throw badTar('a single block of zeros stands between two headers');
  for (let rest = await queue.next(); rest !== undefined; rest = await queue.next())
    if (!isZero(rest)) throw badTar('there are bytes behind its end');
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}
