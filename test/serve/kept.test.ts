import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { rename, rm, symlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { blobPath, INDEX_FILE, LAYOUT_FILE } from '../../src/store/layout/files/paths.js';
import { HandWrittenLayout, tagged } from '../store/layout/support/by-hand.js';
import { Served } from './support/start.js';

/** What changed longer ago than this is kept. */
const SETTLED_MS = 150;

async function settled(served: Served, ...paths: readonly string[]): Promise<void> {
  await sleep(SETTLED_MS);
  for (const path of [...paths, ...paths]) expect((await served.send('GET', path)).status).toBe(200);
}

it.each(['in place', 'by a new file'])('sees each change of another process at once, written %s', async (way) => {
  const layout = await HandWrittenLayout.begin();
  const images = [await layout.image('a'), await layout.image('b')];
  const index = join(layout.directory, INDEX_FILE);
  const write = (image: object) => {
    const file = way === 'in place' ? index : `${index}.new`;
    writeFileSync(file, JSON.stringify({ schemaVersion: 2, manifests: [{ ...image, ...name }] }));
    if (file !== index) renameSync(file, index);
  };
  const name = { annotations: { 'org.opencontainers.image.ref.name': 'v1' } };
  write(images[0] ?? {});
  const served = await Served.start({ directory: layout.directory });
  await settled(served, '/v2/layout/manifests/v1');
  for (let round = 1; round <= 40; round++) {
    const image = images[round % 2];
    const { size } = statSync(index);
    write(image ?? {});
    expect(statSync(index).size).toBe(size);
    const { headers } = await served.send('HEAD', '/v2/layout/manifests/v1');
    expect(headers['docker-content-digest']).toBe(image?.digest);
  }
});

it('finds damage in a manifest that it kept, also where size and date stay the same', async () => {
  const served = await Served.start();
  const { digest, size } = await served.image('app', 'one', {}, 'v1');
  const paths = ['/v2/app/manifests/v1', `/v2/app/manifests/${digest}`];
  await settled(served, ...paths);
  const file = blobPath(join(served.directory, 'app'), digest);
  const before = readFileSync(file);
  const { atime, mtime } = statSync(file);
  writeFileSync(file, before.toString().replace('"schemaVersion":2', '"schemaVersion":1'));
  utimesSync(file, atime, mtime);
  expect(statSync(file).size).toBe(size);
  for (const path of paths) expect((await served.send('GET', path)).status).toBe(500);
  writeFileSync(file, before);
  for (const path of paths) expect((await served.send('GET', path)).body.equals(before)).toBe(true);
  await rm(file);
  for (const path of paths) expect((await served.send('GET', path)).status).toBe(404);
});

it('follows no link that takes the place of what it kept', async () => {
  const served = await Served.start();
  const { digest } = await served.image('app', 'one', {}, 'v1');
  const path = `/v2/app/manifests/${digest}`;
  for (const name of [LAYOUT_FILE, 'blobs/sha256', blobPath('', digest)]) {
    await settled(served, path);
    const place = join(served.directory, 'app', name);
    await rename(place, join(served.directory, 'moved'));
    await symlink(join(served.directory, 'moved'), place);
    expect((await served.send('GET', path)).status, name).toBe(404);
    await rm(place);
    await rename(join(served.directory, 'moved'), place);
  }
});

it('does not take a layout for one any more whose file has become another', async () => {
  const served = await Served.start();
  await served.image('app', 'one', {}, 'v1');
  await settled(served, '/v2/app/manifests/v1');
  writeFileSync(join(served.directory, 'app', LAYOUT_FILE), '{"imageLayoutVersion":"9.0.0"}');
  expect((await served.send('GET', '/v2/app/manifests/v1')).status).toBe(500);
});

it('sends a small answer in one write', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('app');
  const blob = await layout.blob('small', 'text/plain');
  await layout.index([tagged(image, 'v1'), await layout.referrer(image, 'application/spdx+json')]);
  const served = await Served.start({ directory: layout.directory });
  let writes: { mock: { calls: readonly unknown[] } }[] = [];
  const watch = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return;
    const { socket } = message;
    if (socket instanceof Socket) writes = [vi.spyOn(socket, '_write'), vi.spyOn(Object(socket), '_writev')];
  };
  subscribe('http.server.request.start', watch);
  onTestFinished(() => void unsubscribe('http.server.request.start', watch));
  for (const path of [
    '/v2/',
    '/v2/layout/manifests/v1',
    `/v2/layout/manifests/${image.digest}`,
    `/v2/layout/referrers/${image.digest}`,
    `/v2/layout/blobs/${blob.digest}`,
    '/v2/layout/tags/list',
    '/v2/layout/manifests/none',
  ]) {
    await served.send('GET', path);
    const counts = writes.map(({ mock }) => mock.calls.length);
    expect(
      counts.reduce((sum, count) => sum + count),
      path,
    ).toBe(1);
  }
});
