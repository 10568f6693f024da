import { describe, expect, it } from 'vitest';
import { type DetachResult, detach } from '../../../src/operations/detach/detach.js';
import { detachSchema } from '../../../src/operations/detach/schema.js';
import { listDigests, pushImage } from '../../store/support/artifacts.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { DELETING_PLACES, newHostedLayout } from './support/detaching.js';

const settle = false;
const selection = { kind: 'sbom' } as const;

describe.each(DELETING_PLACES)('detach in %s', (_what, open) => {
  async function start() {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM);
    const scan = await put(store, image, SCAN);
    return { at: { store, tag: 'v1' }, store, image, sbom, scan };
  }

  it('shows in a dry run what it would remove, and removes nothing', async () => {
    const { at, store, image, sbom } = await start();
    const planned = await detach(at, { selection, dryRun: true });
    expect(detachSchema.parse(JSON.parse(JSON.stringify(planned)))).toMatchObject({
      removed: [{ digest: sbom.digest }],
      dryRun: true,
    });
    expect(await listDigests(store, image)).toHaveLength(2);
    expect(await detach(at, { selection, settle })).toEqual({ ...planned, dryRun: undefined });
  });

  it('asks before anything is removed, and removes nothing after a no', async () => {
    const { at, store, image, sbom, scan } = await start();
    const asked: DetachResult[] = [];
    const answer = (is: boolean) => (planned: DetachResult) => {
      asked.push(planned);
      return is;
    };
    expect(await detach(at, { selection, settle, confirm: answer(false) })).toMatchObject({ removed: [], orphans: [] });
    expect(await listDigests(store, image)).toHaveLength(2);
    const { removed } = await detach(at, { selection, settle, confirm: async (planned) => answer(true)(planned) });
    expect(removed).toEqual(asked[1]?.removed);
    expect([asked[0], removed[0]?.digest]).toEqual([asked[1], sbom.digest]);
    expect(await listDigests(store, image)).toEqual([scan.digest]);
  });

  it('takes a selection that means nothing for a mistake', async () => {
    const { at } = await start();
    for (const empty of [{}, { kind: [], annotations: [] }, { all: false }])
      await expect(detach(at, { selection: empty })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

it('opens what a text names', async () => {
  const store = await newHostedLayout();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const sbom = await put(store, descriptor, SBOM);
  const { removed } = await detach(`oci:${store.directory}:v1`, { selection: { all: true } });
  expect(removed).toMatchObject([{ digest: sbom.digest }]);
});
