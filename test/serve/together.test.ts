import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { neededBlobs } from '../../src/oci/documents/needed-blobs.js';
import { digestOf } from '../../src/oci/values/digest.js';
import { openLayout } from '../../src/store/layout/store.js';
import { openRegistry } from '../../src/store/registry/store.js';
import { attach, list, listDigests, pushImage, readBlob, referrerOf } from '../store/support/artifacts.js';
import { type CompiledWorker, compileWorker } from '../support/compile.js';
import { checkedEntries } from '../support/layout-check.js';
import { tempDir, tree } from '../support/temp.js';
import { WorkerProcess } from '../support/worker-process.js';
import { startServe } from './support/command-start.js';
import { serve } from './support/push-start.js';
import { Pusher } from './support/pusher.js';

let worker: CompiledWorker;
beforeAll(async () => {
  worker = await compileWorker('attach');
});
afterAll(() => worker.remove());

const referrersSchema = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

it('loses nothing when 16 clients attach over HTTP and 16 processes in the layout', async () => {
  const served = await serve();
  const layout = await served.repositories.open('team/app', { create: true });
  if (layout === undefined) throw new Error('no repository');
  const subject = (await pushImage(layout, 'image', { tags: ['v1'] })).descriptor;
  const workers = Array.from({ length: 16 }, () => {
    const started = new WorkerProcess(worker.path);
    onTestFinished(() => started.kill());
    return started;
  });
  await Promise.all(workers.map(({ ready }) => ready));
  workers.forEach((each, n) => void each.tell({ place: `oci:${layout.directory}`, subject, label: `${n}`, count: 1 }));
  const overHttp = Array.from({ length: 16 }, async (_, n) => {
    const place = { registry: served.host, repository: 'team/app' };
    const store = openRegistry(place, { access: 'write', credentials: async () => undefined });
    const manifest = referrerOf(subject, 'application/x.http', { n: `${n}` });
    expect((await attach(store, manifest)).listedBy).toBe('api');
    await store.close();
    return manifest.descriptor.digest;
  });
  const attached = [
    ...(await Promise.all(overHttp)),
    ...(await Promise.all(workers.map((each) => each.line(0)))),
  ].sort();
  expect(new Set(attached).size).toBe(32);
  const { body } = await served.send('GET', `/v2/team/app/referrers/${subject.digest}`);
  const listed = referrersSchema.parse(JSON.parse(body.toString())).manifests.map(({ digest }) => digest);
  expect(listed.sort()).toEqual(attached);
  const store = await openLayout(layout.directory);
  expect(await listDigests(store, subject)).toEqual(attached);
  for (const { descriptor } of await list(store, subject)) {
    for (const blob of neededBlobs(await store.manifest({ digest: descriptor.digest }))) await readBlob(store, blob);
  }
  const others = (await tree(layout.directory)).filter((path) => !/^(blobs|\.remora-uploads)\/./.test(path));
  expect(others.filter((path) => path !== '.remora-uploads/')).toEqual(['index.json', 'oci-layout']);
  expect(await readdir(join(layout.directory, '.remora-uploads')).catch(() => [])).toEqual([]);
}, 60_000);

/** Servers that are killed at a time, all on one directory: one start of Node.js after another would take minutes. */
const ABREAST = 5;
const ROUNDS = 20;

it('keeps what it acknowledged when it is killed during uploads, a hundred times', async () => {
  const directory = join(await tempDir(), 'root');
  const repository = join(directory, 'team', 'app');
  const startAll = () => Promise.all(Array.from({ length: ABREAST }, () => startServe(directory, '--quiet')));
  const pushers = Array.from({ length: ABREAST * 2 }, (_, n) => new Pusher(`p${n}`, 'team/app'));
  const checked = new Set<string>();
  const made = (kind: 'blobs' | 'manifests') =>
    pushers.reduce((sum, { acknowledged }) => sum + acknowledged[kind].size, 0);
  let next = startAll();
  for (let round = 0; round < ROUNDS; round++) {
    const servers = await next;
    const kind = round % 2 === 0 ? 'blobs' : 'manifests';
    const before = made(kind);
    const pushing = pushers.map((pusher, n) => pusher.push(Number(new URL(servers[n % ABREAST]?.url ?? '').port)));
    const ended = Promise.all(pushing).then(() => 'too early');
    // A few on their very first steps, the others anywhere in the work that follows.
    while (round % 4 > 0 && made(kind) < before + ABREAST) {
      expect(await Promise.race([ended, sleep(5)])).toBe(undefined);
    }
    for (const { child, done } of servers) {
      await sleep(Math.random() * 40);
      child.kill('SIGKILL');
      await done;
    }
    await ended;
    if (round + 1 < ROUNDS) next = startAll();
    // On a busy machine the first kill can come before there is a repository; whoever was told of a blob has one.
    if (made('blobs') > 0) await inspect(repository, pushers, checked);
  }
  const resumed = pushers.reduce((sum, pusher) => sum + pusher.resumed, 0);
  // The kills came in the middle of the work, not before it.
  expect(made('manifests')).toBeGreaterThan(ROUNDS);
  expect(resumed).toBeGreaterThan(0);
}, 120_000);

async function inspect(repository: string, pushers: readonly Pusher[], checked: Set<string>): Promise<void> {
  const listed = new Set((await checkedEntries(repository)).map(({ digest }) => digest));
  const sent = new Set(pushers.flatMap((pusher) => [...pusher.sent]));
  expect([...listed].filter((digest) => !sent.has(digest))).toEqual([]);
  for (const { acknowledged } of pushers) {
    expect([...acknowledged.manifests].filter((digest) => !listed.has(digest))).toEqual([]);
  }
  // Every file, also what nothing names yet, is what its name says.
  const folder = join(repository, 'blobs', 'sha256');
  const files = new Set(await readdir(folder));
  for (const file of files) {
    if (checked.has(file)) continue;
    expect(digestOf(await readFile(join(folder, file)))).toBe(`sha256:${file}`);
    checked.add(file);
  }
  for (const { acknowledged } of pushers)
    expect([...acknowledged.blobs].filter((digest) => !files.has(digest.slice('sha256:'.length)))).toEqual([]);
}
