import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { carryOut } from '../../../src/operations/detach/carry-out.js';
import { planDetach } from '../../../src/operations/detach/plan.js';
import { begin } from '../../store/registry/support/start.js';
import { listDigests, pushImage } from '../../store/support/artifacts.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { cosignImage, isThere, run } from './support/detaching.js';

describe('in a registry', () => {
  it('removes nothing when a place could not be asked', async () => {
    const { store, registry } = await begin({
      fault: ({ path, method }) => (method === 'HEAD' && path.endsWith('.att') ? { status: 403 } : undefined),
    });
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, image, SBOM);
    await expect(planDetach(store, { descriptor: image }, { all: true })).rejects.toMatchObject({
      code: 'INCOMPLETE',
      cause: { code: 'FORBIDDEN' },
    });
    expect(registry.count('DELETE', '')).toBe(0);
  });

  it.each(['api', 'none'] as const)(
    'says what was refused, tries no more of it, and keeps the list (%s)',
    async (referrers) => {
      const { store, registry } = await begin({ referrers, deletes: false });
      const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
      const all = [await put(store, image, SBOM), await put(store, image, SCAN), await put(store, image, SCAN, 'x')];
      const { result, failure } = await run(store, image, { all: true });
      expect(failure).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('does not let') });
      expect(result.removed).toEqual([]);
      expect(result.incomplete).toHaveLength(3);
      expect(result.incomplete[0]?.error.code).toBe('UNSUPPORTED');
      expect(registry.count('DELETE', '')).toBe(2);
      expect(await listDigests(store, image)).toEqual(all.map(({ digest }) => digest).sort());
    },
  );

  it('keeps what carries something that could not be removed, goes on with the rest, and ends when run again', async () => {
    let locked = '';
    const { store } = await begin({
      fault: ({ method, path }) =>
        method === 'DELETE' && locked && path.endsWith(locked) ? { status: 409 } : undefined,
    });
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await put(store, image, SBOM);
    const scan = await put(store, image, SCAN);
    const signature = await put(store, sbom, SIGNATURE);
    locked = signature.digest;
    const { result, failure } = await run(store, image, { all: true }, { recursive: true });
    expect(failure).toMatchObject({ code: 'REJECTED' });
    expect(result.removed.map(({ digest }) => digest)).toEqual([scan.digest]);
    expect(result.incomplete.map(({ digest }) => digest)).toEqual([signature.digest, sbom.digest]);
    locked = '';
    const again = await run(store, image, { all: true }, { recursive: true });
    expect([again.failure, again.result.removed.map(({ digest }) => digest)]).toEqual([
      undefined,
      [signature.digest, sbom.digest],
    ]);
  });

  it('stops when it is interrupted, and says what is left', async () => {
    const { store } = await begin();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    await put(store, image, SBOM);
    const plan = await planDetach(store, { descriptor: image }, { all: true });
    const result = await carryOut(store, plan, { signal: AbortSignal.abort() });
    expect(result.incomplete).toMatchObject([{ error: { code: 'INTERRUPTED' } }]);
    expect([result.removed, result.incomplete.length]).toEqual([[], 1]);
  });

  it('deletes nothing but the tag where nobody knows the other tags, and no digest where it cannot (E117)', async () => {
    const { store, registry } = await begin({
      fault: ({ method, path }) =>
        (method === 'GET' && path.includes('/tags/list')) || (method === 'DELETE' && !path.includes('sha256:'))
          ? { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID","message":"x"}]}' }
          : undefined,
    });
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const tag = `${referrersTag(image.digest)}.sig`;
    await cosignImage(store, 1, [tag]);
    const { result, failure } = await run(store, image, { all: true });
    expect(failure).toMatchObject({ code: 'UNSUPPORTED' });
    expect(result.incomplete).toHaveLength(1);
    expect(registry.count('DELETE', 'sha256:')).toBe(0);
  });

  it('deletes no digest that has another tag where a tag alone cannot be deleted, and names it', async () => {
    const { store, registry } = await begin({
      fault: ({ method, path }) =>
        method === 'DELETE' && !path.includes('sha256:')
          ? { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID","message":"x"}]}' }
          : undefined,
    });
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const tag = `${referrersTag(image.digest)}.sig`;
    await cosignImage(store, 1, [tag, 'kept']);
    const { failure } = await run(store, image, { all: true });
    expect(failure).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/other tags: kept$/),
    });
    expect(registry.count('DELETE', 'sha256:')).toBe(0);
    // With no other tag the digest is what it takes.
    await store.tagManifest(await store.manifest(image), ['kept']);
    expect((await run(store, image, { all: true })).failure).toBeUndefined();
    expect(registry.count('DELETE', 'sha256:')).toBe(1);
    expect(await isThere(store, image)).toBe(true);
  });
});
