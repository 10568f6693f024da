import { describe, expect, it } from 'vitest';
import { discover } from '../../../src/operations/discover/discover.js';
import { discoverSchema } from '../../../src/operations/discover/schema.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { buildkitIndex, childOf, cosignTags } from '../detach/support/detaching.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { newLayout, PLACES } from '../support/places.js';

const multi = { tag: 'multi' };

describe.each(PLACES)('a result of discover in %s', (_what, open) => {
  async function start() {
    const store = await open();
    const index = await buildkitIndex(store, false);
    const sbom = await put(store, index.descriptor, SBOM);
    const signature = await put(store, sbom, SIGNATURE);
    const scan = await put(store, childOf(index), SCAN);
    return { store, sbom, signature, scan };
  }

  it('gives every attachment in turn, those of platforms and nested ones, too', async () => {
    const { store, sbom, signature, scan } = await start();
    const result = await discover({ store, ...multi });
    const digests = [...result].map(({ digest }) => digest);
    expect(digests.slice(0, 2)).toEqual([sbom.digest, signature.digest]);
    expect(digests).toContain(scan.digest);
    // Four layers of BuildKit's attestations beside these.
    expect(new Set(digests).size).toBe(7);
    expect([...result]).toHaveLength(7);
    const again = await discover(
      { store, ...multi },
      { platform: 'linux/amd64', selection: { kind: ['scan', 'vex'] } },
    );
    expect([...again].map(({ digest }) => digest)).toEqual([scan.digest]);
  });

  it('has nothing that JSON and its schema do not know', async () => {
    const { store } = await start();
    const result = await discover({ store, ...multi }, { require: ['vex'] });
    expect(discoverSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    expect(Object.getOwnPropertySymbols({ ...result })).toEqual([]);
  });

  it('names the requirements that are not met', async () => {
    const { store } = await start();
    const missing = async (...require: string[]) => (await discover({ store, ...multi }, { require })).missing;
    expect(await missing('sbom', 'provenance')).toEqual([]);
    expect(await missing('scan')).toMatchObject([{ kind: 'scan', platform: 'linux/arm64' }]);
    expect((await discover({ store, ...multi }, { require: ['sbom'], requireOn: 'index' })).missing).toEqual([]);
    expect(await discover({ store, ...multi })).not.toHaveProperty('missing');
  });
});

describe('discover', () => {
  it('throws where a way could not be asked, unless a part is enough', async () => {
    const { store } = await begin({ fault: ({ path }) => (path.endsWith('.sig') ? { status: 403 } : undefined) });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, descriptor, SBOM);
    await expect(discover({ store, tag: 'v1' }, { depth: 1 })).rejects.toMatchObject({
      code: 'INCOMPLETE',
      message: expect.stringContaining('cosign tag .sig'),
      hint: expect.any(String),
      cause: { code: 'FORBIDDEN' },
    });
    const part = await discover({ store, tag: 'v1' }, { depth: 1, partial: true });
    expect([...part].map(({ digest }) => digest)).toEqual([sbom.digest]);
    expect(part.incomplete).toMatchObject([{ error: { code: 'FORBIDDEN' } }]);
  });

  it('opens what a text names, and tells bad arguments first', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTags(store, descriptor);
    const place = `oci:${store.directory}:v1`;
    expect([...(await discover(place))]).toHaveLength(5);
    for (const options of [{ platform: 'a/b/c/d/e' }, { require: ['sbom@xml'] }])
      await expect(discover('oci:/nowhere:v1', options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(discover('oci:/nowhere:v1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
