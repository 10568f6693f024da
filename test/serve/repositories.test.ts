import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectError, Served } from './support/start.js';

it('notices when a repository is removed from outside, and makes it again', async () => {
  const served = await Served.start();
  await served.image('a/b', 'one', {}, 'v1');
  await rm(join(served.directory, 'a'), { recursive: true });
  expectError(await served.send('GET', '/v2/a/b/manifests/v1'), 404, 'NAME_UNKNOWN');
  expectError(await served.send('GET', '/v2/a/b/tags/list'), 404, 'NAME_UNKNOWN');
  await served.image('a/b', 'one', {}, 'v1');
  expect(await served.send('GET', '/v2/a/b/manifests/v1')).toMatchObject({ status: 200 });
});

it('opens a repository once for all who ask at the same time', async () => {
  const served = await Served.start();
  const all = await Promise.all(Array.from({ length: 8 }, () => served.repository('a/b')));
  expect(new Set(all).size).toBe(1);
});

it.each([
  'blobs',
  'a/blobs/b',
  'index.json',
  'a/oci-layout',
  'index.json.lock',
  'index.json.lock.x',
  `a${'/a'.repeat(16)}`,
])('creates no repository %s, which could not be told from files of a layout', async (name) => {
  const served = await Served.start();
  expectError(await served.send('POST', `/v2/${name}/blobs/uploads/`), 404, 'NAME_UNKNOWN');
  expectError(await served.send('GET', `/v2/${name}/tags/list`), 404, 'NAME_UNKNOWN');
});

it('creates no repository where a file is', async () => {
  const served = await Served.start();
  await mkdir(served.directory, { recursive: true });
  await writeFile(join(served.directory, 'notes.txt'), 'mine');
  for (const name of ['notes.txt', 'notes.txt/a']) {
    expectError(await served.send('POST', `/v2/${name}/blobs/uploads/`), 404, 'NAME_UNKNOWN');
    expectError(await served.send('GET', `/v2/${name}/tags/list`), 404, 'NAME_UNKNOWN');
  }
  expect(await readFile(join(served.directory, 'notes.txt'), 'utf8')).toBe('mine');
});
