import { describe, expect, it } from 'vitest';
import { discover } from '../../../src/operations/discover/discover.js';
import { discoverSchema } from '../../../src/operations/discover/schema.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import { inspectSchema } from '../../../src/operations/inspect/schema.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { put, SBOM } from '../support/attached.js';
import { BUNDLE, cosignTag, layered } from '../support/mechanisms.js';
import { PLACES } from '../support/places.js';

const SIGNATURE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const hint = { type: 'key', fingerprint: '07'.repeat(32) };
const bundle = JSON.stringify({
  verificationMaterial: {
    publicKey: { hint: Buffer.alloc(32, 7).toString('base64') },
    tlogEntries: [{ logIndex: '12', integratedTime: '1766077479' }],
  },
});
const claimed = { signer: hint, times: [{ time: '2025-12-18T17:04:39Z', from: 'log' }], logIndex: '12' };
const entry = JSON.stringify({ Payload: { logIndex: 3 } });

async function signed(store: Parameters<typeof pushImage>[0]) {
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  await put(store, descriptor, SBOM);
  const fields = { artifactType: BUNDLE, subject: descriptor };
  const referrer = await layered(store, [{ type: BUNDLE, text: bundle }], { fields });
  const annotations = { 'dev.sigstore.cosign/bundle': entry };
  const images = await cosignTag(
    store,
    descriptor,
    '.sig',
    { type: SIGNATURE, text: 'one', annotations },
    { type: SIGNATURE, text: 'two' },
  );
  return { descriptor, referrer: referrer.descriptor, images: images.descriptor };
}

describe.each(PLACES)('claims of signatures in %s', (_what, open) => {
  it('are what discover tells of each signature, where they are asked for', async () => {
    const store = await open();
    const { descriptor, referrer } = await signed(store);
    const at = { store, digest: descriptor.digest };
    const result = await discover(at, { claims: true });
    expect(discoverSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const all = [...result];
    expect(all).toHaveLength(4);
    expect(all.find(({ digest }) => digest === referrer.digest)).toMatchObject({ claimed });
    expect(all.flatMap((node) => node.claimed?.logIndex ?? []).sort()).toEqual(['12', '3']);
    expect([...(await discover(at))].filter((node) => 'claimed' in node)).toEqual([]);
    const sboms = await discover(at, { claims: true, selection: { kind: 'sbom' } });
    expect([...sboms].filter((node) => 'claimed' in node)).toEqual([]);
  });

  it('are what inspect tells of each layer', async () => {
    const store = await open();
    const { referrer, images } = await signed(store);
    const one = await inspect({ store, digest: referrer.digest });
    expect(one).toMatchObject({ layers: [{ claimed }] });
    expect(inspectSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
    const two = await inspect({ store, digest: images.digest });
    expect(two.layers?.map((layer) => layer.claimed)).toEqual([{ logIndex: '3' }, undefined]);
  });
});

describe('discover', () => {
  it('makes a further request only for claims', async () => {
    const { store, registry } = await begin();
    const { descriptor } = await signed(store);
    const asked = async (claims: boolean) => {
      const before = registry.requests.length;
      await discover({ store, digest: descriptor.digest }, { claims });
      return registry.requests.slice(before).filter(({ path }) => path.includes('/blobs/')).length;
    };
    expect(await asked(false)).toBe(0);
    expect(await asked(true)).toBe(1);
  });

  it('is complete without a claim that cannot be read', async () => {
    const { store } = await begin({
      fault: ({ method, path }) => (method === 'GET' && path.includes('/blobs/') ? { status: 403 } : undefined),
    });
    const { descriptor } = await signed(store);
    const result = await discover({ store, digest: descriptor.digest }, { claims: true });
    expect(result.incomplete).toEqual([]);
    expect([...result].flatMap((node) => node.claimed ?? [])).toEqual([{ logIndex: '3' }]);
  });
});
