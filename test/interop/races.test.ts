import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type TestImage, writeImage } from '../support/image-layout.js';
import { API_REGISTRY, DISTRIBUTION_3, LAYOUT, type OpenInterop, ok, SERVE } from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers, peer } from '../support/peers.js';
import { attach, discover, push, startRemora } from '../support/remora.js';
import { pushed } from '../support/remora-output.js';

const TYPE = 'application/vnd.example.race';
const writers = Array.from({ length: 16 }, (_, index) => `file-${index}.txt`);

const attachFiles = (subject: string, cwd: string) =>
  Promise.all(writers.map((name) => attach(subject, TYPE, [name], { cwd })));

/** They start, find the subject, and wait: so all of them write at once, however few processors there are. */
async function attachInputs(subject: string): ReturnType<typeof attachFiles> {
  const waiting = writers.map((name) =>
    startRemora(['attach', '--json', '--artifact-type', TYPE, subject, `-:${name}`], { input: 'later' }),
  );
  await sleep(4_000);
  for (const [index, { give }] of waiting.entries()) give(`input ${index} ${Date.now()}\n`);
  return Promise.all(waiting.map(async ({ done }) => pushed.parse(JSON.parse((await done).stdout))));
}

const orasList = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

for (const kind of [LAYOUT, DISTRIBUTION_3, API_REGISTRY, SERVE]) {
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

    it.each([
      ['each a file', attachFiles],
      ['each its standard input, which ends for all at the same moment', attachInputs],
      ['the same once more', attachInputs],
    ])('attach to one image and lose nothing: %s', async (_, attachAll) => {
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
