import { isRemoraError } from '../../../errors.js';
import { compressionOf, decompressed } from '../../../io/compression/decompress.js';
import { ByteQueue } from '../../../io/tar/byte-queue.js';
import { type TarMember, tarMembers } from '../../../io/tar/members.js';
import { cutTar } from '../../../io/tar/parse-header.js';
import type { Note, Preview } from '../model/preview.js';
import { cell, columns, table } from '../model/table.js';
import type { ArchiveEntry } from './archive-entry.js';
import { readZip } from './zip.js';

/** Bytes that are unpacked at most. */
const MAX_UNPACKED = 64 * 1024 * 1024;
const CHUNK = 64 * 1024;

/** The files of a tar archive, also in gzip or zstd, or of a zip archive; undefined for anything else. */
export async function archivePreview(bytes: Uint8Array, isWhole: boolean): Promise<Preview | undefined> {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (start.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    const entries = readZip(start, isWhole);
    return listing('a zip archive', entries, entries === undefined ? [CUT] : []);
  }
  const compression = compressionOf(start);
  const isTar = start.toString('latin1', 257, 262) === 'ustar';
  if (compression === undefined && !isTar) return undefined;
  const { entries, problem } = await membersOf(start, compression);
  if (compression !== undefined && entries.length === 0) return undefined;
  const what = compression === undefined ? 'a tar archive' : `a tar archive in ${compression}`;
  const notes: readonly Note[] = problem === undefined ? [] : isWhole ? [{ level: 'warning', text: problem }] : [CUT];
  return listing(what, entries, notes);
}

const CUT: Note = { level: 'info', text: 'The archive is too long for a preview: these are its first files.' };

function listing(what: string, entries: readonly ArchiveEntry[] | undefined, notes: readonly Note[]): Preview {
  const head = {
    title: 'Files',
    nouns: ['entry', 'entries'],
    columns: columns(['Name', 'code'], ['Size', 'number'], 'Type'),
  } as const;
  const row = ({ name, type, size, target = '' }: ArchiveEntry) => [
    cell(name, target === '' ? '' : `→ ${target}`),
    cell(type === 'file' ? size.toLocaleString('en') : ''),
    cell(type),
  ];
  return { what, notes, parts: [table(head, entries ?? [], row)] };
}

interface Members {
  readonly entries: readonly ArchiveEntry[];
  /** Why the list ends early. */
  readonly problem?: string;
}

async function membersOf(bytes: Buffer, compression: ReturnType<typeof compressionOf>): Promise<Members> {
  const source = compression === undefined ? chunks(bytes) : decompressed(chunks(bytes), compression);
  const queue = new ByteQueue(bounded(source), () => cutTar());
  const entries: ArchiveEntry[] = [];
  try {
    for await (const member of tarMembers(queue)) {
      entries.push(entryOf(member));
      for (let left = member.size; left > 0; ) left -= (await queue.some(left)).length;
    }
    return { entries };
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return { entries, problem: `The list ends early: ${error.message}.` };
  } finally {
    await queue.close();
  }
}

function entryOf({ name, type, size, target }: TarMember): ArchiveEntry {
  return { name, type, size, ...(target === '' ? {} : { target }) };
}

async function* chunks(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** A small file may unpack to any length. */
async function* bounded(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let length = 0;
  for await (const chunk of source) {
    yield chunk;
    length += chunk.length;
    if (length > MAX_UNPACKED) return;
  }
}
