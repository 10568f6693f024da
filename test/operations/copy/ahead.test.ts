import { describe, expect, it } from 'vitest';
import { CopyAhead } from '../../../src/operations/copy/ahead.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { createRounds } from '../../support/rounds.js';
import { put, SBOM, SCAN } from '../support/attached.js';
import { copyTag, everything, loadedImage, loadedIndex } from './support/copying.js';

describe('a copy that was made before', () => {
  it('asks each side once for each thing, and for nothing that needs writing', async () => {
    const [from, to] = await Promise.all([begin(), begin()]);
    await loadedIndex(from.store);
    await copyTag(from.open(), to.open(), 'multi');
    from.registry.clear();
    to.registry.clear();
    const again = await copyTag(from.open(), to.open(), 'multi');
    expect(again.bytes).toBe(0);
    for (const { requests } of [from.registry, to.registry])
      expect(requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
    expect(from.registry.duplicates()).toEqual([]);
    expect(to.registry.duplicates()).toEqual([]);
    expect(to.registry.count('HEAD', /blobs/)).toBe(
      again.objects.filter(({ mediaType }) => !isManifest(mediaType)).length,
    );
  });

  it.each(['api', 'none'] as const)('takes four rounds of requests (referrers: %s)', async (referrers) => {
    const rounds = createRounds();
    const [from, to] = await Promise.all([begin({ referrers, rounds }), begin({ referrers, rounds })]);
    const { descriptor } = await pushImage(from.store, 'image', { tags: ['v1'] });
    for (const name of ['one', 'two', 'three']) await put(from.store, descriptor, SBOM, name);
    await copyTag(from.open(), to.open(), 'v1');
    from.registry.clear();
    to.registry.clear();
    rounds.count = 0;
    expect((await copyTag(from.open(), to.open(), 'v1')).bytes).toBe(0);
    // Tag; lists; what is in them, and whether it is there; what that needs.
    expect(rounds.count).toBe(4);
    // The API's list is proved by its first manifest; the others are read where they were copied to.
    const read = /manifests\/sha256:/;
    expect([from, to].map(({ registry }) => registry.count('GET', read))).toEqual([referrers === 'api' ? 1 : 3, 3]);
  });

  it('heals what is damaged in the destination', async () => {
    let damaged = 'nothing';
    const from = await begin();
    const to = await begin({
      fault: ({ method, path }) =>
        method === 'GET' && path.endsWith(damaged) ? { status: 200, body: '{"schemaVersion":2}' } : undefined,
    });
    const image = await loadedImage(from.store);
    await copyTag(from.open(), to.open(), 'v1');
    const scan = (await everything(from.store, image)).find((line) => line.startsWith('scan'));
    damaged = /sha256:[0-9a-f]{64}/.exec(scan ?? '')?.[0] ?? '';
    to.registry.clear();
    const again = await copyTag(from.open(), to.open(), 'v1');
    expect(again.objects.filter(({ result }) => result === 'copied').map(({ digest }) => digest)).toEqual([damaged]);
    expect(to.registry.count('PUT', new RegExp(`manifests/${damaged}`))).toBe(1);
  });

  it('takes along what was attached since then, and to a tag that was moved', async () => {
    const [from, to] = await Promise.all([begin(), begin()]);
    const image = await loadedImage(from.store);
    await copyTag(from.open(), to.open(), 'v1');
    await put(from.store, image, SCAN, 'another');
    expect((await copyTag(from.open(), to.open(), 'v1')).bytes).toBeGreaterThan(0);
    expect(await everything(to.open(), image)).toEqual(await everything(from.open(), image));
    const moved = await pushImage(from.store, 'other image', { tags: ['v1'] });
    await put(from.store, moved.descriptor, SBOM);
    const result = await copyTag(from.open(), to.open(), 'v1');
    expect(result.tags).toEqual([expect.objectContaining({ digest: moved.descriptor.digest, replaced: image.digest })]);
    expect(await everything(to.open(), moved.descriptor)).toHaveLength(1);
  });
});

it('asks nothing again that could be answered, and again what could not', async () => {
  let isDown = true;
  const { store, open, registry } = await begin({ fault: () => (isDown ? { status: 403 } : undefined) });
  isDown = false;
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  isDown = true;
  const ahead = new CopyAhead(open(), {});
  ahead.expectTags(['v1']);
  ahead.expectRoot(descriptor.digest);
  await expect(ahead.tagged('v1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  isDown = false;
  expect([await ahead.tagged('v1'), await ahead.hasManifest(descriptor.digest)]).toEqual([descriptor.digest, true]);
  registry.clear();
  expect([await ahead.tagged('v1'), await ahead.hasManifest(descriptor.digest)]).toEqual([descriptor.digest, true]);
  expect(registry.requests).toEqual([]);
});

function isManifest(mediaType: string): boolean {
  return /manifest|index/.test(mediaType);
}
