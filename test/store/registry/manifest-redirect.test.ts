import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/values/digest.js';
import { prune } from '../../../src/operations/prune/prune.js';
import type { Fault } from '../../support/loopback.js';
import { attach, pushImage, referrerOf } from '../support/artifacts.js';
import { begin } from './support/start.js';

const UNKNOWN = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}';

/** A registry that sends requests for one of its manifests to another origin, which answers like this. */
async function redirecting(there: Fault) {
  let otherHost = '';
  let moved: Digest | undefined;
  const { registry, store, open } = await begin({
    referrers: 'none',
    fault: ({ path, headers }) => {
      if (headers.host === otherHost) return there;
      if (moved === undefined || !path.endsWith(`/manifests/${moved}`)) return undefined;
      return { status: 307, headers: { location: `http://${otherHost}/bucket/${moved}` } };
    },
  });
  const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
  const { descriptor: image } = await pushImage(store, 'image', { child: true });
  for (const subject of [kept, image])
    await attach(store, referrerOf(subject, 'application/spdx+json'), { settle: false });
  otherHost = registry.otherHost;
  moved = image.digest;
  return { store: open({ access: 'delete' }), digest: image.digest };
}

describe('a redirect of a manifest to another origin', () => {
  it('that ends in 404 of a storage does not show that the manifest is gone', async () => {
    const { store, digest } = await redirecting({ status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' });
    await expect(store.manifest({ digest })).rejects.toMatchObject({ code: 'REJECTED' });
    await expect(store.hasManifest(digest)).rejects.toMatchObject({ code: 'REJECTED' });
    await expect(prune(store, { orphans: true, dryRun: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
  });

  it('that ends in 404 of another registry shows it', async () => {
    const { store, digest } = await redirecting({ status: 404, body: UNKNOWN });
    await expect(store.manifest({ digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await store.hasManifest(digest)).toBe(false);
    expect((await prune(store, { orphans: true, dryRun: true })).planned).toHaveLength(1);
  });
});
