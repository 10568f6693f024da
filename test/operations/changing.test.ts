import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { exitCodeFor, exitCodeForIncomplete } from '../../src/cli/command/exit-codes.js';
import { errorFields } from '../../src/errors.js';
import { attach } from '../../src/operations/attach/attach.js';
import { check } from '../../src/operations/check/check.js';
import { collectGarbage } from '../../src/operations/check/garbage.js';
import { copy } from '../../src/operations/copy/copy.js';
import { detach } from '../../src/operations/detach/detach.js';
import { discover } from '../../src/operations/discover/discover.js';
import { inspect } from '../../src/operations/inspect/inspect.js';
import { pull } from '../../src/operations/pull/pull.js';
import { push } from '../../src/operations/push/push.js';
import { type CompiledWorker, compileWorker } from '../support/compile.js';
import { tempDir } from '../support/temp.js';
import { WorkerProcess } from '../support/worker-process.js';

const WRITERS = 5;
const ROUNDS = 20;
const KEPT = 'application/x.kept';

let worker: CompiledWorker;
beforeAll(async () => {
  worker = await compileWorker('churn');
});
afterAll(() => worker.remove());

type Read = (image: string, n: number) => Promise<void>;

const READERS: readonly (readonly [string, Read])[] = [
  [
    'discover',
    async (image) => {
      const { incomplete, missing, referrers } = await discover(image, { partial: true });
      expect(incomplete.map(({ error }) => [exitCodeForIncomplete([error]), error.message])).toEqual([]);
      expect([missing, referrers.map(({ artifactType }) => artifactType)]).toEqual([
        undefined,
        expect.arrayContaining([KEPT]),
      ]);
    },
  ],
  ['inspect', async (image) => void (await inspect(image))],
  [
    'pull of what is attached',
    async (image) => {
      const { artifacts } = await pull(image, { output: await tempDir(), selection: { artifactType: KEPT } });
      expect(artifacts.flatMap(({ files }) => files)).toHaveLength(1);
    },
  ],
  [
    'copy -r',
    async (image) => {
      const { incomplete } = await copy(image, `oci:${join(await tempDir(), 'copy')}:v1`, { recursive: true });
      expect(incomplete ?? []).toEqual([]);
    },
  ],
  [
    'check --fix',
    async (image) => {
      const { findings, incomplete } = await check(image.slice(0, -':v1'.length), { fix: true });
      expect([findings.filter(({ severity }) => severity === 'error'), incomplete]).toEqual([[], []]);
    },
  ],
  [
    'check -r',
    async (image) => {
      const { findings, incomplete } = await check(image, { recursive: true });
      expect([findings.filter(({ severity }) => severity === 'error'), incomplete]).toEqual([[], []]);
    },
  ],
  [
    'check --gc',
    async (image) => {
      // The blobs that the writers let go are young: all of the layout is read, and all of it stays.
      const { blobs } = await collectGarbage(image.slice(0, -':v1'.length));
      expect(blobs).toEqual([]);
    },
  ],
  [
    'attach and detach',
    async (image, n) => {
      const artifactType = 'application/x.reader';
      await attach(image, [{ name: 'c.txt', content: `reader ${n}`, mediaType: 'text/plain' }], { artifactType });
      const { removed, incomplete } = await detach(image, { selection: { artifactType } });
      expect([removed.length, incomplete]).toEqual([1, []]);
    },
  ],
];

it('every reader succeeds while several processes attach, push, tag, detach and prune', async () => {
  const layout = `oci:${join(await tempDir(), 'layout')}`;
  const image = `${layout}:v1`;
  await push(image, [{ name: 'a.txt', content: 'a', mediaType: 'text/plain' }], { artifactType: 'application/x.app' });
  await attach(image, [{ name: 'b.txt', content: 'kept', mediaType: 'text/plain' }], { artifactType: KEPT });
  const workers = Array.from({ length: WRITERS }, () => new WorkerProcess(worker.path));
  onTestFinished(async () => void (await Promise.all(workers.map((each) => each.kill()))));
  await Promise.all(workers.map(({ ready }) => ready));
  workers.forEach((each, n) => void each.tell({ layout, label: `w${n}`, count: ROUNDS }));
  let isOver = false;
  const ended = Promise.all(workers.map((each) => each.line(0))).finally(() => {
    isOver = true;
  });
  const failures: string[] = [];
  const readers = READERS.map(async ([name, read]) => {
    for (let n = 0; n === 0 || !isOver; n++) {
      await read(image, n).catch((error: unknown) => {
        failures.push(`${name} ${exitCodeFor(error)}: ${errorFields(error).message}`);
      });
    }
  });
  expect(await ended).toEqual(workers.map(() => 'done'));
  await Promise.all(readers);
  expect(failures).toEqual([]);
}, 240_000);
