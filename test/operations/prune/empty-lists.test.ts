import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { put, SBOM } from '../support/attached.js';
import { pruned, referrersTag, tagsOf } from './support/pruning.js';

/** A registry that deletes manifests by digest alone, as distribution 2.8 does, with an empty list of what is gone. */
async function withEmptyList() {
  const { store } = await begin({
    referrers: 'none',
    fault: ({ method, path }) =>
      method === 'DELETE' && !path.includes('sha256:')
        ? { status: 400, body: '{"errors":[{"code":"DIGEST_INVALID","message":"x"}]}' }
        : undefined,
  });
  const { descriptor: kept } = await pushImage(store, 'kept', { tags: ['v1'] });
  await put(store, kept, SBOM);
  const empty = buildIndex({ manifests: [] });
  const list = referrersTag(digestOf(Buffer.from('gone')));
  await store.putManifest(empty, { tags: [list] });
  return { store, empty, list, others: ['v1', referrersTag(kept.digest)].sort() };
}

describe('an empty list, where a tag cannot be deleted alone', () => {
  it('goes with its manifest', async () => {
    const { store, list, others } = await withEmptyList();
    const result = await pruned(store, { orphans: true });
    expect(result.lists).toMatchObject([{ reference: store.format({ tag: list }), removed: true }]);
    expect(await tagsOf(store)).toEqual(others);
  });

  it('stays where people gave its manifest a tag: an index without members has the same bytes', async () => {
    const { store, empty, list, others } = await withEmptyList();
    await store.putManifest(empty, { tags: ['mine'] });
    const result = await pruned(store, { orphans: true });
    expect([result.lists, result.unmended]).toMatchObject([
      [],
      [{ reference: store.format({ tag: list }), error: { code: 'UNSUPPORTED' } }],
    ]);
    expect(await tagsOf(store)).toEqual([...others, 'mine', list].sort());
  });
});
