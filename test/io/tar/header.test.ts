import { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { readTar, type TarEntry } from '../../../src/io/tar/entries.js';
import { encodeTarHeader, TAR_END, type TarHeader, tarPadding } from '../../../src/io/tar/header.js';

const long = `${'directory/'.repeat(40)}file`;

const cases: readonly TarHeader[] = [
  { name: 'a', type: 'file', mode: 0o644 },
  { name: 'a', type: 'file', mode: 0o755, size: 5 },
  { name: 'd/', type: 'directory', mode: 0o755 },
  { name: 'l', type: 'symlink', mode: 0o777, target: 'd/a' },
  { name: 'x'.repeat(100), type: 'file', mode: 0o644 },
  { name: 'x'.repeat(101), type: 'file', mode: 0o644 },
  { name: `${'x'.repeat(120)}/`, type: 'directory', mode: 0o755 },
  { name: long, type: 'file', mode: 0o644, size: 513 },
  { name: 'größe/東京/🙂', type: 'file', mode: 0o644 },
  { name: 'l', type: 'symlink', mode: 0o777, target: 'größe' },
  { name: long, type: 'symlink', mode: 0o777, target: long },
  // Lengths around those at which the length of a pax record gets one more digit.
  ...[81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 986, 987, 988, 989, 990, 991, 992, 993].map((length) => ({
    name: `ü${'x'.repeat(length)}`,
    type: 'file' as const,
    mode: 0o644,
  })),
];

function bytesOf(header: TarHeader): Buffer {
  const size = header.size ?? 0;
  return Buffer.concat([encodeTarHeader(header), Buffer.alloc(size), tarPadding(size), TAR_END]);
}

describe('encodeTarHeader', () => {
  it.each(cases)('is understood by our reader: $type $name', async (header) => {
    const found: TarEntry[] = [];
    for await (const entry of readTar(Readable.from([bytesOf(header)]))) found.push(entry);
    expect(found).toMatchObject([{ size: 0, target: '', ...header }]);
  });

  it.each(cases)('is understood by tar-stream: $type $name', async (header) => {
    const found: Header[] = [];
    const reader = extract();
    reader.end(bytesOf(header));
    for await (const entry of reader) {
      found.push(entry.header);
      entry.resume();
    }
    expect(found).toMatchObject([
      { size: 0, uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0), ...named(header) },
    ]);
  });

  it('tells the size of huge files in a pax record', async () => {
    const size = 2 ** 33 + 5;
    const entries = readTar(Readable.from([encodeTarHeader({ name: 'big', type: 'file', mode: 0o644, size })]));
    const { value } = await entries.next();
    expect(value).toMatchObject({ name: 'big', size });
    expect(encodeTarHeader({ name: 'big', type: 'file', mode: 0o644, size: 2 ** 33 - 1 })).toHaveLength(512);
  });
});

function named({ target, ...header }: TarHeader) {
  return target === undefined ? header : { ...header, linkname: target };
}
