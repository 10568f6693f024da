import { readFileSync } from 'node:fs';
import { rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { processDomain } from '../../../src/io/files/process-identity.js';
import { type CompiledWorker, compileWorker } from '../../support/compile.js';
import { tempDir, tree } from '../../support/temp.js';
import { WorkerProcess } from '../../support/worker-process.js';

let worker: CompiledWorker;
beforeAll(async () => {
  worker = await compileWorker('increment');
}, 60_000);
afterAll(() => worker.remove());

async function begin(count = 16) {
  const directory = await tempDir();
  const [lock, counter] = [join(directory, 'some.lock'), join(directory, 'counter')];
  await writeFile(counter, '0');
  const workers = Array.from({ length: count }, () => new WorkerProcess(worker.path));
  onTestFinished(async () => {
    await Promise.all(workers.map((each) => each.kill()));
  });
  await Promise.all(workers.map(({ ready }) => ready));
  return { directory, lock, counter, workers };
}

it('loses no increment of 16 processes', async () => {
  const { directory, lock, counter, workers } = await begin();
  for (const each of workers) each.tell({ lock, counter, count: 20 });
  await Promise.all(workers.map((each) => each.line(19)));
  const numbers = workers.flatMap(({ lines }) => lines.map(Number)).toSorted((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 320 }, (_, n) => n + 1));
  expect(readFileSync(counter, 'utf8')).toBe('320');
  expect(await tree(directory)).toEqual(['counter']);
}, 60_000);

it('loses no increment of 16 processes when holders are killed', async () => {
  const { lock, counter, workers } = await begin();
  for (const each of workers) each.tell({ lock, counter, count: 1_000_000 });
  const victims = workers.splice(0, 12);
  for (const victim of victims) {
    await sleep(Math.random() * 60);
    await victim.kill();
  }
  // Whoever is left goes on at once, whatever the killed ones held.
  await Promise.all(workers.map((each) => each.line(each.lines.length + 5)));
  await Promise.all(workers.map((each) => each.kill()));
  const numbers = [...victims, ...workers].flatMap(({ lines }) => lines.map(Number));
  expect(new Set(numbers).size).toBe(numbers.length);
  const total = Number(readFileSync(counter, 'utf8'));
  expect(total).toBeGreaterThanOrEqual(numbers.length);
  // A process that was killed between its write and its word.
  expect(total).toBeLessThanOrEqual(numbers.length + 16);
}, 60_000);

it('does not remove the lock of whoever was faster to take over', async () => {
  const { lock, counter, workers } = await begin(2);
  const [slow, gone] = workers;
  if (slow === undefined || gone === undefined) throw new Error('two workers');
  await gone.kill();
  // The lock under which the first one is removed stops the process between its look and what it does then.
  const removal = `${lock}.bbbbbbbbbbbbbbbb`;
  const living = `aaaaaaaaaaaaaaaa ${processDomain()} ${process.pid}\n`;
  await writeFile(removal, living);
  await writeFile(lock, `bbbbbbbbbbbbbbbb ${processDomain()} ${gone.pid}\n`);
  slow.tell({ lock, counter, count: 1 });
  await sleep(500);
  await writeFile(`${lock}.next`, living);
  await rename(`${lock}.next`, lock);
  await unlink(removal);
  await sleep(500);
  expect(slow.lines).toEqual([]);
  expect(readFileSync(lock, 'utf8')).toBe(living);
  await unlink(lock);
  expect(await slow.line(0)).toBe('1');
}, 60_000);
