import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { untilAllWait } from '../support/all-wait.js';
import { type TestImage, writeImage } from '../support/image-layout.js';
import {
  API_REGISTRY,
  CONDITIONAL,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  LAYOUT,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers, peer } from '../support/peers.js';
import { attach, discover, push, startRemora } from '../support/remora.js';
import { pushed } from '../support/remora-output.js';

const TYPE = 'application/vnd.example.race';
/** Rounds of each race; more of them run beside programs that keep two cores busy. */
const ROUNDS = Number(process.env.REMORA_ROUNDS ?? 2);
const ROUND = { timeout: 180_000 };
const load: ChildProcess[] = [];

beforeAll(() => {
  if (ROUNDS > 2) for (const _ of [1, 2]) load.push(spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
});
afterAll(() => {
  for (const child of load) child.kill('SIGKILL');
});
const writers = Array.from({ length: 16 }, (_, index) => `file-${index}.txt`);

const attachFiles = (subject: string, cwd: string) =>
  Promise.all(writers.map((name) => attach(subject, TYPE, [name], { cwd })));

/** They start, find the subject, and wait: so all of them write at once, however few processors there are. */
async function attachInputs(subject: string): ReturnType<typeof attachFiles> {
  const waiting = writers.map((name) =>
    startRemora(['attach', '--json', '--artifact-type', TYPE, subject, `-:${name}`], { input: 'later' }),
  );
  await untilAllWait(waiting.map(({ child }) => child.pid));
  for (const [index, { give }] of waiting.entries()) give(`input ${index} ${Date.now()}\n`);
  return Promise.all(waiting.map(async ({ done }) => pushed.parse(JSON.parse((await done).stdout))));
}

const orasList = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

const FILES = ['each a file', attachFiles] as const;
const INPUTS = ['each its standard input, which ends for all at the same moment', attachInputs] as const;

for (const [kind, ways] of [
  [LAYOUT, [FILES, INPUTS]],
  // It loses sight of blobs that several upload at once.
  [DISTRIBUTION_2, [FILES, INPUTS]],
  [DISTRIBUTION_3, [FILES, INPUTS]],
  [CONDITIONAL, [INPUTS]],
  // The registry keeps the lists: what matters is that all write at once.
  [API_REGISTRY, [INPUTS]],
  [SERVE, [INPUTS]],
] as const) {
  describeWithPeers(`sixteen processes at once, in ${kind.name}`, kind.peers, () => {
    let open: OpenInterop;
    let image: TestImage;
    let cwd: string;

    beforeAll(async () => {
      open = await kind.open();
      image = await writeImage(join(open.directory, 'image'));
      cwd = join(open.directory, 'files');
      await mkdir(cwd);
      await Promise.all(writers.map((name) => writeFile(join(cwd, name), `${kind.name} ${name}\n`)));
    });
    afterAll(() => open?.close());

    const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
    const races = ways.flatMap(([name, attachAll]) => rounds.map((round) => [round, name, attachAll] as const));
    it.each(races)('attach to one image and lose nothing, round %i: %s', ROUND, async (_round, _name, attachAll) => {
      const place = open.fresh();
      await place.load(image);
      const results = await attachAll(place.at(':v1'), cwd);
      expect(new Set(results.map(({ result }) => result))).toEqual(new Set(['written']));
      const wanted = results.map(({ digest }) => digest).sort();
      expect(new Set(wanted).size).toBe(writers.length);

      const { referrers, incomplete } = await discover(place.at(':v1'));
      expect(incomplete).toEqual([]);
      expect(referrers.map(({ digest }) => digest).sort()).toEqual(wanted);
      if (peer('oras') !== undefined) {
        const list = await ok('oras', ['discover', '--format', 'json', ...place.oras(':v1')]);
        expect(
          orasList
            .parse(JSON.parse(list))
            .manifests.map(({ digest }) => digest)
            .sort(),
        ).toEqual(wanted);
      }
      if (kind === LAYOUT) {
        const entries = await checkedEntries(place.at(''));
        expect(entries.map(({ digest }) => digest).sort()).toEqual([image.digest, ...wanted].sort());
        expect((await readdir(place.at(''))).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
      }
    });

    it('attach the very same: it is there once', async () => {
      const place = open.fresh();
      await place.load(image);
      const [name = ''] = writers;
      const results = await Promise.all(writers.map(() => attach(place.at(':v1'), TYPE, [name], { cwd })));
      const digests = [...new Set(results.map(({ digest }) => digest))];
      expect(digests).toHaveLength(1);
      expect((await discover(place.at(':v1'))).referrers).toMatchObject([{ digest: digests[0] }]);
      if (kind === LAYOUT) expect(await checkedEntries(place.at(''))).toHaveLength(2);
    });

    it.runIf(kind === LAYOUT)('create one layout', async () => {
      const place = open.fresh();
      const results = await Promise.all(writers.map((name) => push(place.at(`:${name}`), [name], { cwd })));
      const entries = await checkedEntries(place.at(''));
      expect(entries.map(({ digest }) => digest).sort()).toEqual(results.map(({ digest }) => digest).sort());
      expect(entries.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']).sort()).toEqual(
        writers.toSorted(),
      );
      expect((await readdir(place.at(''))).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    });
  });
}
