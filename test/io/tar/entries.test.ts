import { describe, expect, it } from 'vitest';
import { readTar } from '../../../src/io/tar/entries.js';
import { collect, type HostileEntry, streamOf, tarOf } from './support/archives.js';

interface Read {
  readonly type: string;
  readonly name: string;
  readonly target: string;
  readonly content: string;
}

async function readAll(bytes: Buffer, chunk = 700): Promise<Read[]> {
  const found: Read[] = [];
  for await (const { type, name, target, content } of readTar(streamOf(bytes, chunk)))
    found.push({ type, name, target, content: (await collect(content)).toString() });
  return found;
}

async function collectNames(source: AsyncIterable<Buffer>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of readTar(source)) names.push(name);
  return names;
}

const sample: readonly HostileEntry[] = [
  { name: 'd/', type: 'directory' },
  { name: 'd/empty' },
  { name: 'd/file', content: 'x'.repeat(1500) },
  { name: `d/${'long/'.repeat(60)}file`, content: 'deep' },
  { name: 'd/größe', content: 'ü' },
  { name: 'd/link', type: 'symlink', linkname: 'file' },
  { name: 'd/hard', type: 'link', linkname: 'd/file' },
];

/** Rewrites one header of an archive and makes its checksum right again. */
function patched(bytes: Buffer, offset: number, change: (header: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  const header = copy.subarray(offset, offset + 512);
  change(header);
  header.write('        ', 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return copy;
}

describe('readTar', () => {
  it.each([1, 7, 511, 512, 513, 100_000])('reads what tar-stream writes, in chunks of %i bytes', async (chunk) => {
    const found = await readAll(await tarOf(sample), chunk);
    expect(found.map(({ name }) => name)).toEqual(sample.map(({ name }) => name));
    expect(found.map(({ content }) => content)).toEqual(sample.map(({ content }) => content ?? ''));
    expect(found.slice(-2)).toMatchObject([
      { type: 'symlink', target: 'file' },
      { type: 'hard link', target: 'd/file' },
    ]);
  });

  it('skips content that nobody reads', async () => {
    const names: string[] = [];
    for await (const entry of readTar(streamOf(await tarOf(sample)))) {
      names.push(entry.name);
      if (entry.name === 'd/file') for await (const _bytes of entry.content) break;
    }
    expect(names).toHaveLength(sample.length);
  });

  it('refuses an archive that is cut anywhere, between entries too', async () => {
    const bytes = await tarOf(sample);
    // Behind the first of two blocks of zeros all entries are there.
    const end = bytes.length - 512;
    expect(await readAll(bytes.subarray(0, end))).toHaveLength(sample.length);
    for (let length = 0; length < end; length += 256)
      await expect(readAll(bytes.subarray(0, length)), `${length} bytes`).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('accepts any number of zeros behind the end, and nothing else', async () => {
    const bytes = await tarOf(sample);
    expect(await readAll(Buffer.concat([bytes, Buffer.alloc(10_000)]))).toHaveLength(sample.length);
    for (const more of [Buffer.from('x'), Buffer.concat([Buffer.alloc(5000), Buffer.from('x')]), bytes])
      await expect(readAll(Buffer.concat([bytes, more]))).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('refuses a lone block of zeros between entries, behind which readers disagree', async () => {
    const bytes = await tarOf([{ name: 'a' }]);
    const joined = Buffer.concat([bytes.subarray(0, 512), Buffer.alloc(512), bytes]);
    await expect(readAll(joined)).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('refuses damaged headers', async () => {
    const bytes = await tarOf([{ name: 'a', content: 'x' }]);
    const flipped = Buffer.from(bytes);
    flipped[0] = 0x62;
    await expect(readAll(flipped)).rejects.toThrow('checksum');
    const changes: readonly [string, (header: Buffer) => unknown][] = [
      ['not octal', (header) => header.write('9', 124)],
      ['not octal', (header) => header.write('-1', 124)],
      ['too large', (header) => header.fill(0xff, 124, 136)],
      ['too large', (header) => header.write('80ffffffffffffffffffffff', 124, 'hex')],
      ['too early', (header) => header.write('800000000000000000001000', 124, 'hex')],
      ['unsupported type "S"', (header) => header.write('S', 156)],
      ['unsupported type "M"', (header) => header.write('M', 156)],
      ['not UTF-8', (header) => header.write('ff', 0, 'hex')],
      ['with content', (header) => header.write('5', 156)],
      ['with content', (header) => header.write('2', 156)],
    ];
    for (const [message, change] of changes)
      await expect(readAll(patched(bytes, 0, change))).rejects.toMatchObject({
        code: 'MALFORMED',
        message: expect.stringContaining(message),
      });
  });

  it('reads sizes in base 256', async () => {
    const bytes = await tarOf([{ name: 'a', content: 'xyz' }]);
    const binary = patched(bytes, 0, (header) => header.write('800000000000000000000003', 124, 'hex'));
    expect(await readAll(binary)).toMatchObject([{ content: 'xyz' }]);
  });

  it.each([
    ['a record that is longer than the header', '99 path=x\n', 'wrong length'],
    ['a record without a length', 'path=x\n', 'wrong length'],
    ['a record of length zero', '0 path=x\n', 'wrong length'],
    ['a record without a line end', '9 path=xy', 'wrong length'],
    ['a record without "="', '8 pathx\n', 'without "="'],
    ['a size that is no number', '11 size=-1\n', 'not a number'],
    ['a size beyond reason', '25 size=9999999999999999\n', 'not a number'],
    ['a sparse file', '22 GNU.sparse.major=1\n', 'sparse'],
    ['a path that is not UTF-8', Buffer.from('10 path=\xff\n', 'latin1'), 'not UTF-8'],
  ])('refuses a pax header with %s', async (_what, content, message) => {
    const [header, file] = [await tarOf([{ name: 'p', content }]), await tarOf([{ name: 'f' }])];
    const bytes = Buffer.concat([patched(header, 0, (block) => block.write('x', 156)).subarray(0, 1024), file]);
    await expect(readAll(bytes)).rejects.toThrow(message);
  });

  it('takes a size from a pax header, as others do', async () => {
    const [header, file] = [
      await tarOf([{ name: 'p', content: '10 size=3\n' }]),
      await tarOf([{ name: 'f', content: 'abc' }]),
    ];
    const zero = patched(file, 0, (block) => block.write('00000000000', 124));
    const bytes = Buffer.concat([patched(header, 0, (block) => block.write('x', 156)).subarray(0, 1024), zero]);
    expect(await readAll(bytes)).toMatchObject([{ name: 'f', content: 'abc' }]);
  });

  it('ignores comments in global headers and refuses names there', async () => {
    const file = await tarOf([{ name: 'f' }]);
    const global = async (content: string) => {
      const header = await tarOf([{ name: 'g', content }]);
      return Buffer.concat([patched(header, 0, (block) => block.write('g', 156)).subarray(0, 1024), file]);
    };
    expect(await readAll(await global('15 comment=abc\n'))).toMatchObject([{ name: 'f' }]);
    await expect(readAll(await global('10 path=x\n'))).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('does not hold an extended header of any size', async () => {
    for (const flag of ['x', 'g', 'L', 'K']) {
      const header = await tarOf([{ name: 'p', content: 'x' }]);
      const bytes = patched(header, 0, (block) => {
        block.write(flag, 156);
        block.write('77777777777', 124);
      });
      await expect(readAll(bytes)).rejects.toThrow('extended header has 8589934591 bytes');
    }
  });

  it('lets go of its source when the reader stops', async () => {
    const bytes = await tarOf(sample);
    let isReleased = false;
    const source = async function* () {
      try {
        yield bytes;
      } finally {
        isReleased = true;
      }
    };
    for await (const _entry of readTar(source())) break;
    expect(isReleased).toBe(true);
  });

  it('passes on an error of its source', async () => {
    const failing = async function* () {
      yield (await tarOf(sample)).subarray(0, 1024);
      throw new Error('from the source');
    };
    await expect(collectNames(failing())).rejects.toThrow('from the source');
  });
});
