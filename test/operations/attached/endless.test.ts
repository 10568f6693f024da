import { expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { planCopy } from '../../../src/operations/copy/plan.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { pushImage } from '../../store/support/artifacts.js';
import { put, SIGNATURE } from '../support/attached.js';
import { discovered } from '../support/discovered.js';
import { newLayout } from '../support/places.js';

it('ends where referrers of referrers have no end', async () => {
  const store = await newLayout();
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  let last: Descriptor = descriptor;
  for (let level = 0; level < 101; level++) last = await put(store, last, SIGNATURE);
  const { result, failure } = await discovered(store, descriptor);
  expect([failure, result.incomplete]).toMatchObject([{ code: 'MALFORMED' }, [{ way: expect.anything() }]]);
  expect(result.referrers).toHaveLength(1);
  await expect(discover({ store, tag: 'v1' })).rejects.toMatchObject({
    code: 'INCOMPLETE',
    cause: { code: 'MALFORMED', expected: 100 },
  });
  expect((await discovered(store, descriptor, { depth: 50 })).failure).toBeUndefined();
  const roots = [{ selector: { tag: 'v1' }, tags: ['v1'] }];
  await expect(planCopy(store, roots, { recursive: true })).rejects.toMatchObject({ code: 'MALFORMED' });
  expect((await planCopy(store, roots)).items.size).toBe(1);
});

it('ends where indexes of indexes have no end', async () => {
  const store = await newLayout();
  let last = (await pushImage(store, 'image', { child: true })).descriptor;
  for (let level = 0; level < 21; level++) {
    const index = buildIndex({ manifests: [last] });
    await store.putManifest(index, { tags: [`v${level}`] });
    last = index.descriptor;
  }
  const plan = (tag: string) => planCopy(store, [{ selector: { tag }, tags: [] }]);
  expect((await plan('v19')).items.size).toBe(21);
  await expect(plan('v20')).rejects.toMatchObject({ code: 'MALFORMED', expected: 20 });
});
