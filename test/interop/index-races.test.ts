import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { untilAllWait } from '../support/all-wait.js';
import {
  API_REGISTRY,
  CONDITIONAL,
  CRANE_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type InteropPlace,
  LAYOUT,
  type OpenInterop,
  SERVE,
} from '../support/interop-places.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { push, remora, startRemora } from '../support/remora.js';

const TYPE = 'application/vnd.example.race';
const RACE = { timeout: 180_000 };
const names = Array.from({ length: 16 }, (_, n) => `arch${String(n).padStart(2, '0')}`);

const index = z.object({
  manifests: z.array(
    z.object({ digest: z.string(), platform: z.object({ os: z.string(), architecture: z.string() }).optional() }),
  ),
  annotations: z.record(z.string(), z.string()).optional(),
});

async function indexAt(place: InteropPlace, tag: string) {
  const { stdout, stderr } = await remora(['manifest', 'get', place.at(tag)]);
  expect(stderr).toBe('');
  return index.parse(JSON.parse(stdout));
}

/** Runs commands that each read standard input, which comes for all of them at the same moment. */
async function atOnce(commands: readonly (readonly string[])[]): Promise<void> {
  const waiting = commands.map((words) => startRemora(words, { input: 'later' }));
  await untilAllWait(waiting.map(({ child }) => child.pid));
  for (const [n, { give }] of waiting.entries()) give(`tool ${n}\n`);
  for (const { code, stdout, stderr } of await Promise.all(waiting.map(({ done }) => done)))
    expect([code, stdout + stderr]).toEqual([0, expect.anything()]);
}

/** The digest of the index is the same wherever it was made, and whoever came first. */
let made: string | undefined;

for (const kind of [LAYOUT, DISTRIBUTION_2, DISTRIBUTION_3, CRANE_REGISTRY, API_REGISTRY, CONDITIONAL, SERVE]) {
  describeWithPeers(`sixteen processes that change one index, in ${kind.name}`, kind.peers, () => {
    let open: OpenInterop;
    let place: InteropPlace;
    beforeAll(async () => {
      open = await kind.open();
      place = open.fresh();
    });
    afterAll(() => open?.close());

    it('push each for its platform into a new tag, and lose nothing', RACE, async () => {
      await atOnce(
        names.map((name) => [
          'push',
          place.at(':v1'),
          '-:tool',
          '--artifact-type',
          TYPE,
          '--platform',
          `linux/${name}`,
        ]),
      );
      const { manifests } = await indexAt(place, ':v1');
      expect(manifests.map(({ platform }) => platform?.architecture)).toEqual(names);
      const { stdout } = await remora(['resolve', place.at(':v1')]);
      made ??= stdout;
      expect(stdout).toBe(made);
      if (kind === LAYOUT) await checkedEntries(place.at(''));
    });

    it('add, remove and annotate at once, and each change stays', RACE, async () => {
      const cwd = open.directory;
      const added = names.slice(0, 6).map((name) => `new${name}`);
      const { digest } = await push(place.at(':member'), ['--artifact-type', TYPE], { cwd });
      await Promise.all(
        [
          ...added.map((name) => ['index', 'add', place.at(':v1'), digest, '--platform', `linux/${name}`]),
          ...names.slice(0, 5).map((name) => ['index', 'remove', place.at(':v1'), `linux/${name}`]),
          ...names.slice(5, 10).map((name) => ['index', 'annotate', place.at(':v1'), `x.${name}=1`]),
        ].map(async (words) => expect(await remora(words)).toMatchObject({ code: 0, stderr: '' })),
      );
      const { manifests, annotations } = await indexAt(place, ':v1');
      const wanted = [...added, ...names.slice(5)].toSorted();
      expect(manifests.map(({ platform }) => platform?.architecture).toSorted()).toEqual(wanted);
      expect(annotations).toEqual(Object.fromEntries(names.slice(5, 10).map((name) => [`x.${name}`, '1'])));
    });
  });
}
