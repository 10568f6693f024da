import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read } from '../../../src/operations/pull/read.js';
import { push } from '../../../src/operations/push/push.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { attachBundle, buildkitIndex, bundle, cosignTag, SPDX, statement } from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';
import { layerOf } from './support/pulling.js';

const v1 = { tag: 'v1' };

describe.each(PLACES)('read in %s', (_what, open) => {
  it('gives the only file of an artifact', async () => {
    const store = await open();
    await push(store, [{ content: '{"a":1}', name: 'a.json' }], { tags: ['v1'] });
    for (const selection of [undefined, {}, { latest: false }])
      expect((await read({ store, ...v1 }, selection)).toString()).toBe('{"a":1}');
  });

  it('gives an attachment, and its content without wrappers', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await attachBundle(store, descriptor);
    expect((await read({ store, ...v1 }, { kind: 'sbom' })).toString()).toBe(bundle(statement()));
    expect((await read({ store, ...v1 }, { kind: ['sbom', 'vex'] }, { unwrap: true })).toString()).toBe(SPDX);
  });

  it('takes the platform of an index', async () => {
    const store = await open();
    await buildkitIndex(store);
    const options = { platform: 'linux/arm64', unwrap: true };
    const provenance = await read({ store, tag: 'multi' }, { kind: 'provenance' }, options);
    expect(provenance.toString()).toBe('{"for":"arm64"}');
    await expect(read({ store, tag: 'multi' }, { kind: 'provenance' })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: [expect.stringContaining('linux/amd64'), expect.stringContaining('linux/arm64')],
    });
  });

  it('wants one file, not several and not none', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await expect(read({ store, ...v1 })).rejects.toMatchObject({ code: 'NO_MATCH' });
    await expect(read({ store, ...v1 }, { kind: 'sbom' })).rejects.toMatchObject({ code: 'NO_MATCH', candidates: [] });
    const files = ['a', 'b'].map((name) => ({ content: name, name }));
    await push(store, files, { tags: ['two'] });
    await expect(read({ store, tag: 'two' })).rejects.toMatchObject({ code: 'AMBIGUOUS', candidates: ['a', 'b'] });
    await cosignTag(store, descriptor, '.sbom', ...['1', '2'].map((text) => ({ type: 'text/spdx', text })));
    await expect(read({ store, ...v1 }, { kind: 'sbom', all: true })).rejects.toMatchObject({ code: 'AMBIGUOUS' });
  });
});

describe('the limit of read', () => {
  it('holds before a byte is fetched', async () => {
    const { store, registry } = await begin();
    const { layers } = await push(store, [{ content: 'x'.repeat(1000), name: 'a' }], { tags: ['v1'] });
    registry.clear();
    await expect(read({ store, ...v1 }, {}, { maxBytes: 999 })).rejects.toMatchObject({
      code: 'SIZE_MISMATCH',
      message: `${layers[0]?.digest} has 1000 bytes, wanted at most 999`,
      expected: 999,
      found: 1000,
    });
    expect(registry.count('GET', '/blobs/')).toBe(0);
    expect(await read({ store, ...v1 }, {}, { maxBytes: 1000 })).toHaveLength(1000);
  });

  it('is 64 MiB, unwrapped or not', async () => {
    const store = await newLayout();
    const { manifest } = await push(store, [{ content: 'x', name: 'a' }]);
    if (!('layers' in manifest.content)) throw new Error('no layers');
    const large = { ...layerOf(manifest), size: 64 * 1024 * 1024 + 1 };
    const document = { ...manifest.content, layers: [large] };
    const bytes = Buffer.from(JSON.stringify(document));
    const { parseManifest } = await import('../../../src/oci/documents/manifest.js');
    await store.putManifest(parseManifest(bytes), { tags: ['v1'] });
    for (const unwrap of [false, true])
      await expect(read({ store, ...v1 }, {}, { unwrap })).rejects.toMatchObject({ code: 'SIZE_MISMATCH' });
  });

  it.each([
    ['other bytes', 'y', 'DIGEST_MISMATCH'],
    ['more bytes', 'xy', 'SIZE_MISMATCH'],
    ['no bytes', '', 'SIZE_MISMATCH'],
  ])('does not replace the check of content: %s', async (_what, content, code) => {
    const store = await newLayout();
    const { layers } = await push(store, [{ content: 'x', name: 'a' }], { tags: ['v1'] });
    await writeFile(join(store.directory, 'blobs', layers[0]?.digest.replace(':', '/') ?? ''), content);
    await expect(read({ store, ...v1 })).rejects.toMatchObject({ code });
  });
});
