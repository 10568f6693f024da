import type { ArchiveEntry } from './archive-entry.js';

/** Lengths of records without their names (PKWARE APPNOTE, 4.3.12 and 4.3.16). */
const ENTRY = 46;
const END = 22;
const MAX_COMMENT = 65_535;

/** The files of a zip archive, which has its list at its end; undefined where the end is missing or broken. */
export function readZip(bytes: Buffer, isWhole: boolean): readonly ArchiveEntry[] | undefined {
  const end = isWhole ? bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1') : -1;
  if (end < 0 || end + END > bytes.length || end < bytes.length - END - MAX_COMMENT) return undefined;
  const entries: ArchiveEntry[] = [];
  let at = bytes.readUInt32LE(end + 16);
  while (at + ENTRY <= end && bytes.toString('latin1', at, at + 4) === 'PK\u0001\u0002') {
    const [name, extra, comment] = [
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
      bytes.readUInt16LE(at + 32),
    ];
    const text = bytes.toString('utf8', at + ENTRY, Math.min(at + ENTRY + name, end));
    entries.push({ name: text, type: text.endsWith('/') ? 'directory' : 'file', size: bytes.readUInt32LE(at + 24) });
    at += ENTRY + name + extra + comment;
  }
  return entries;
}
