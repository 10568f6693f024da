import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { system } from '../io/tar/support/archives.js';

/** Puts a socket under a name that may be longer than addresses of sockets are. */
async function socketAt(path: string): Promise<void> {
  const before = process.cwd();
  process.chdir(dirname(path));
  const server = createServer().listen(basename(path).slice(0, 100));
  process.chdir(before);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
}

/** All that can have the name of a file and is not a regular file, and what messages call it. */
export const SPECIAL: readonly (readonly [string, (path: string) => Promise<unknown>, string])[] = [
  ['a pipe', (path) => system('mkfifo', path), 'is a pipe'],
  ['a socket', socketAt, 'is a socket'],
  ['a directory', (path) => mkdir(path), 'is a directory'],
  ['a link to an endless device', (path) => symlink('/dev/zero', path), 'is a device'],
  ['a link to a terminal', (path) => symlink('/dev/ptmx', path), 'is a device'],
  ['a link to a link to a device', (path) => symlink('/dev/stdin', path), 'is a '],
  [
    'a link to a pipe',
    (path) => system('mkfifo', `${path}-pipe`).then(() => symlink(`${path}-pipe`, path)),
    'is a pipe',
  ],
  ['a link to itself', (path) => symlink(path, path), 'too many symbolic links'],
];

/** A link that leads to no file. */
export const DANGLING = ['a link that leads nowhere', (path: string) => symlink('/nonexistent/x', path)] as const;
