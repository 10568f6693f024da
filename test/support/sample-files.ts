import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { tree } from './temp.js';

/** Names of files with what they hold. */
export type Files = Readonly<Record<string, Buffer>>;

/** Different bytes on every call, so that no test finds the blobs of another. */
export function someFiles(): Files {
  return {
    'sbom.spdx.json': Buffer.from(`{"spdxVersion":"SPDX-2.3","name":"${randomBytes(6).toString('hex')}"}\n`),
    'data.bin': randomBytes(300_000),
    'notes/größe 1.txt': Buffer.from(`${randomBytes(6).toString('hex')}\n`),
  };
}

export async function writeFiles(directory: string, files: Files): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), bytes);
  }
}

/** All files below a directory. */
export async function readFiles(directory: string): Promise<Files> {
  const names = await tree(directory);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name))])),
  );
}

/** A directory with what a tar archive can hold: nested and empty folders, a program, a link, odd names. */
export async function writeTree(directory: string): Promise<void> {
  await writeFiles(directory, {
    'readme.md': Buffer.from('# read me\n'),
    'bin/run.sh': Buffer.from('#!/bin/sh\necho run\n'),
    [`deep/${'long-name-'.repeat(9)}/${'even-longer-'.repeat(7)}.txt`]: randomBytes(2000),
    'deep/größe 1.txt': Buffer.from('größe'),
    empty: Buffer.alloc(0),
  });
  await mkdir(join(directory, 'nothing'));
  await chmod(join(directory, 'bin', 'run.sh'), 0o755);
  await symlink('readme.md', join(directory, 'link.md'));
}

/** Type, mode and content of everything below a directory, one line each. */
export async function describeTree(directory: string): Promise<string[]> {
  const names = await tree(directory);
  return Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const info = await lstat(path);
      const mode = (info.mode & 0o777).toString(8);
      if (info.isSymbolicLink()) return `${name} -> ${await readlink(path)}`;
      if (info.isDirectory()) return `${name} ${mode}`;
      return `${name} ${mode} ${(await readFile(path)).toString('base64')}`;
    }),
  );
}
