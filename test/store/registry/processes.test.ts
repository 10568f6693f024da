import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type CompiledWorker, compileWorker } from '../../support/compile.js';
import { WorkerProcess } from '../../support/worker-process.js';
import { listDigests, pushImage } from '../support/artifacts.js';
import { begin, REPOSITORY } from './support/start.js';

let worker: CompiledWorker;
beforeAll(async () => {
  worker = await compileWorker('attach');
});
afterAll(() => worker.remove());

it('loses nothing when 16 processes attach at once to a registry without the API, three times', async () => {
  const workers = Array.from({ length: 16 }, () => new WorkerProcess(worker.path));
  onTestFinished(async () => {
    await Promise.all(workers.map((each) => each.kill()));
  });
  await Promise.all(workers.map(({ ready }) => ready));
  for (const round of [0, 1, 2]) {
    // distribution sends an ETag and honours no condition.
    const { registry, store, open } = await begin({ referrers: 'none', etag: 'ignored', latency: 5 });
    const subject = (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
    const place = `${registry.host}/${REPOSITORY}`;
    workers.forEach((each, n) => void each.tell({ place, subject, label: `${n}`, count: 1 }));
    const attached = await Promise.all(workers.map((each) => each.line(round)));
    expect(new Set(attached).size).toBe(16);
    expect(await listDigests(open(), subject)).toEqual(attached.toSorted());
  }
}, 120_000);
