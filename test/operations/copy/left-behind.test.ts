import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { copy } from '../../../src/operations/copy/copy.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { listTags, pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { newLayout, PLACES } from '../support/places.js';
import { loadedImage, loadedIndex } from './support/copying.js';

const counted = (store: Store, tag: string, to: Parameters<typeof copy>[1], dryRun = false) =>
  copy({ store, tag }, to, { countLeft: true, dryRun });

describe.each(PLACES)('a copy without attachments from %s', (_name, open) => {
  it('counts those that it leaves behind, of an image and of the platforms of an index', async () => {
    const source = await open();
    await loadedImage(source);
    const { attachedLeft } = await counted(source, 'v1', await newLayout());
    // The signature of the SBOM is below what stays behind.
    expect(attachedLeft).toEqual({ count: 2, incomplete: [] });
    await loadedIndex(source);
    // Two referrers of the platform, one of the index, and three images of cosign; BuildKit's are in the index.
    for (const to of [await newLayout(), `oci-archive:${join(await tempDir(), 'a.tar')}`])
      for (const dryRun of [true, false])
        expect((await counted(source, 'multi', to, dryRun)).attachedLeft).toEqual({ count: 6, incomplete: [] });
  });

  it('does not count what is copied under a tag of its own, and says nothing with all attachments', async () => {
    const source = await open();
    const image = await pushImage(source, 'image', { tags: ['v1'] });
    await pushImage(source, 'signature', { tags: [`${referrersTag(image.descriptor.digest)}.sig`] });
    const result = await copy(source, await newLayout(), { names: { all: true }, countLeft: true });
    expect(result.attachedLeft).toEqual({ count: 0, incomplete: [] });
    const recursive = await copy({ store: source, tag: 'v1' }, await newLayout(), { recursive: true, countLeft: true });
    expect(recursive.attachedLeft).toBeUndefined();
  });
});

it.each([401, 403, 429, 500])('is made where its attachments cannot be counted (%i), and says so', async (status) => {
  const { store, open } = await begin({
    fault: ({ path, method }) => (method === 'GET' && path.includes('/referrers/') ? { status } : undefined),
  });
  await pushImage(store, 'image', { tags: ['v1'] });
  const destination = await newLayout();
  const result = await counted(open(), 'v1', destination);
  expect(result).toMatchObject({ incomplete: [], attachedLeft: { incomplete: [{ way: expect.anything() }] } });
  expect(await listTags(destination)).toEqual(['v1']);
});

it('does not wait for a registry that never tells', async () => {
  let isDone = false;
  const { store, open } = await begin({
    fault: ({ path }) => (path.includes('/referrers/') ? 'stall' : undefined),
  });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const destination = await newLayout();
  const result = await counted(open(), 'v1', destination);
  isDone = await destination.hasManifest(descriptor.digest);
  expect(isDone).toBe(true);
  expect(result.attachedLeft?.incomplete).toContainEqual(
    expect.objectContaining({ error: expect.objectContaining({ code: 'TIMEOUT' }) }),
  );
});

it('asks nothing where nobody wants the count', async () => {
  const { store, open, registry } = await begin();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  for (const type of [SBOM, SCAN]) await put(store, descriptor, type);
  registry.clear();
  await copy({ store: open(), tag: 'v1' }, await newLayout());
  expect(registry.count('GET', /referrers|sha256-/)).toBe(0);
});
