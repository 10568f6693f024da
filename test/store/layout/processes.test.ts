import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { subjectOf } from '../../../src/oci/documents/manifest.js';
import { neededBlobs } from '../../../src/oci/documents/needed-blobs.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { type LayoutStore, openLayout } from '../../../src/store/layout/store.js';
import { type CompiledWorker, compileWorker } from '../../support/compile.js';
import { tempDir, tree } from '../../support/temp.js';
import { WorkerProcess } from '../../support/worker-process.js';
import { attach, list, listDigests, pushImage, readBlob, referrerOf } from '../support/artifacts.js';

const MANY = Number.MAX_SAFE_INTEGER;
let worker: CompiledWorker;

beforeAll(async () => {
  worker = await compileWorker('attach');
});
afterAll(() => worker.remove());

function start(): WorkerProcess {
  const started = new WorkerProcess(worker.path);
  onTestFinished(() => started.kill());
  return started;
}

async function begin() {
  const directory = join(await tempDir(), 'layout');
  const store = await openLayout(directory, { create: true });
  const subject = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
  return { directory, store, subject };
}

it('loses nothing when 16 processes attach at once, three times', async () => {
  const workers = Array.from({ length: 16 }, start);
  await Promise.all(workers.map(({ ready }) => ready));
  for (const round of [0, 1, 2]) {
    const { directory, store, subject } = await begin();
    workers.forEach((each, n) => void each.tell({ place: `oci:${directory}`, subject, label: `${n}`, count: 1 }));
    const attached = await Promise.all(workers.map((each) => each.line(round)));
    expect(new Set(attached).size).toBe(16);
    expect(await listDigests(store, subject)).toEqual(attached.toSorted());
    expect((await store.resolve({ tag: 'v1' })).digest).toBe(subject.digest);
    expect((await tree(directory)).filter((path) => !path.startsWith('blobs/'))).toEqual(['index.json', 'oci-layout']);
  }
}, 60_000);

/** Looks at what the killed process left, and gives the digests that are listed. */
async function inspect(store: LayoutStore, subject: Descriptor, intact: Set<string>): Promise<ReadonlySet<string>> {
  JSON.parse(await readFile(join(store.directory, 'index.json'), 'utf8'));
  const found = await list(store, subject);
  for (const { descriptor } of found.filter(({ descriptor: { digest } }) => !intact.has(digest))) {
    const manifest = await store.manifest({ digest: descriptor.digest });
    expect(subjectOf(manifest)?.digest).toBe(subject.digest);
    if (manifest.kind !== 'image') throw new Error(`${descriptor.digest} is ${manifest.kind}`);
    for (const blob of neededBlobs(manifest)) await readBlob(store, blob);
    intact.add(descriptor.digest);
  }
  return new Set(found.map(({ descriptor }) => descriptor.digest));
}

it('loses nothing that was acknowledged when writers are killed, a hundred times', async () => {
  const { directory, store, subject } = await begin();
  const acknowledged = new Set<string>();
  const intact = new Set<string>();
  // Processes that have loaded and wait for their turn, so that most of the time is spent on the work itself.
  const spare = Array.from({ length: 4 }, start);
  let wrote = 0;
  for (let round = 0; round < 50; round++) {
    const victims = spare.splice(0, 2);
    await Promise.all(victims.map(({ ready }) => ready));
    victims.forEach((victim, n) => {
      victim.tell({ place: `oci:${directory}`, subject, label: `${round} ${n}`, count: MANY });
    });
    for (const victim of victims) {
      // A few on their very first steps, the others anywhere in the work that follows.
      if (round % 5 > 0) await victim.line(Math.floor(Math.random() * 3));
      await sleep(Math.random() * 25);
      await victim.kill();
      for (const digest of victim.lines) acknowledged.add(digest);
      wrote += victim.lines.length;
    }
    spare.push(start(), start());
    const listed = await inspect(store, subject, intact);
    expect([...acknowledged].filter((digest) => !listed.has(digest))).toEqual([]);
    // The next writer is neither stopped nor slowed down by what the killed ones left.
    const began = performance.now();
    await attach(store, referrerOf(subject, 'application/x.next', { round: String(round) }));
    expect(performance.now() - began).toBeLessThan(15_000);
  }
  // The kills came in the middle of the work, not before it.
  expect(wrote).toBeGreaterThan(100);
  await Promise.all(spare.map((each) => each.kill()));
  await attach(store, referrerOf(subject, 'application/x.last'));
  expect((await tree(directory)).filter((path) => !path.startsWith('blobs/'))).toEqual(['index.json', 'oci-layout']);
}, 120_000);
