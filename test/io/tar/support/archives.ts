import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** An entry for tar-stream, which writes whatever it is told. */
export type HostileEntry = Partial<Header> & Pick<Header, 'name'> & { content?: string | Buffer };

/** A tar archive, uncompressed. */
export async function tarOf(entries: readonly HostileEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry({ mtime: new Date(0), ...header }, content);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A tar+gzip archive as a stream, in chunks that cut through headers. */
export async function archiveOf(entries: readonly HostileEntry[]): Promise<Readable> {
  return streamOf(gzipSync(await tarOf(entries)));
}

/** Bytes as a stream with chunks of `size` bytes. */
export function streamOf(bytes: Buffer, size = 1000): Readable {
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  return Readable.from(chunks(), { objectMode: false });
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes files by their path below `root`; a path that ends in `/` is an empty directory. */
export async function makeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith('/')) await mkdir(join(root, path), { recursive: true });
    else {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
  }
}

export async function readText(...path: string[]): Promise<string> {
  return readFile(join(...path), 'utf8');
}

const run = promisify(execFile);

/** Runs a program of the system (`tar`, `mkfifo`) and gives what it prints. */
export async function system(program: string, ...args: string[]): Promise<string> {
  const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
  return (await run(program, args, options)).stdout;
}

/** Bytes that look random and are the same in each run. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
