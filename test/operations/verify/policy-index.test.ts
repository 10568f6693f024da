import { expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/values/digest.js';
import { verify } from '../../../src/operations/verify/verify.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import type { Policy } from '../../../src/trust/policy/policy.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage, written } from '../../store/support/artifacts.js';
import { rule } from '../../trust/policy/support.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { newLayout } from '../support/places.js';
import { sign } from './support/signing.js';

const key = makeKey();
const trust = [{ ...key.trust, name: 'alice' }];
const signedOn = (on: 'any' | 'platforms' | 'index'): Policy => ({
  source: 'policy.yaml',
  trust,
  rules: [rule({ name: 'signed', kind: 'signature', on })],
});

/** An index with two platforms, of which the second stands in an index within it. */
async function pushIndexes(store: Store) {
  const index = async (...manifests: readonly object[]) => {
    const manifest = written({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests });
    await store.putManifest(manifest, { settle: false });
    return manifest.descriptor;
  };
  const amd64 = (await pushImage(store, 'amd64')).descriptor;
  const arm64 = (await pushImage(store, 'arm64')).descriptor;
  const inner = await index({ ...arm64, platform: { os: 'linux', architecture: 'arm64' } });
  const outer = await index({ ...amd64, platform: { os: 'linux', architecture: 'amd64' } }, inner);
  return { amd64: amd64.digest, arm64: arm64.digest, inner: inner.digest, outer: outer.digest };
}

function judged(store: Store, digest: Digest, on: 'any' | 'platforms' | 'index', platform?: string) {
  return verify({ store, digest }, { policy: signedOn(on), partial: true, platform });
}

it('counts the signature of an index for its platforms where a rule says any, also for one that is chosen', async () => {
  const store = await newLayout();
  const { outer, inner, amd64, arm64 } = await pushIndexes(store);
  await sign(store, inner, key);
  expect(await judged(store, outer, 'any')).toMatchObject({ outcome: 'unsigned', violations: [{ digest: amd64 }] });
  await sign(store, outer, key);
  for (const on of ['any', 'index'] as const) {
    expect(await judged(store, outer, on)).toMatchObject({ outcome: 'verified' });
    expect(await judged(store, outer, on, 'linux/arm64')).toMatchObject({ outcome: 'verified', digest: arm64 });
  }
  expect(await judged(store, outer, 'platforms')).toMatchObject({
    outcome: 'unsigned',
    violations: [
      { digest: amd64, platform: 'linux/amd64', message: 'wanted signature by "alice", got one of the index only' },
      { digest: arm64, platform: 'linux/arm64' },
    ],
  });
  // A bare digest does not tell which index holds it.
  expect(await judged(store, arm64, 'any')).toMatchObject({ outcome: 'unsigned' });
});

it('counts the signatures of platforms for them alone', async () => {
  const store = await newLayout();
  const { outer, amd64, arm64 } = await pushIndexes(store);
  await sign(store, amd64, key);
  await sign(store, arm64, key);
  expect(await judged(store, outer, 'platforms')).toMatchObject({ outcome: 'verified' });
  expect(await judged(store, outer, 'index')).toMatchObject({ outcome: 'unsigned', violations: [{ digest: outer }] });
});

it('is not kept while an index within the index cannot be read, unless a signature covers all below it', async () => {
  let broken = '-';
  const { store, open } = await begin({
    fault: ({ method, path }) => (method === 'GET' && path.endsWith(broken) ? { status: 500 } : undefined),
  });
  const { outer, inner, amd64 } = await pushIndexes(store);
  await sign(store, amd64, key);
  broken = inner;
  for (const on of ['any', 'platforms'] as const)
    expect(await judged(open(), outer, on)).toMatchObject({ outcome: 'incomplete', violations: [{ digest: inner }] });
  await sign(store, outer, key);
  expect(await judged(open(), outer, 'any')).toMatchObject({ outcome: 'verified', violations: [] });
  expect(await judged(open(), outer, 'platforms')).toMatchObject({ outcome: 'incomplete' });
});
