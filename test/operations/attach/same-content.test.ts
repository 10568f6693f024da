import { describe, expect, it } from 'vitest';
import { type AttachOptions, attach } from '../../../src/operations/attach/attach.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { PLACES } from '../support/places.js';

const options: AttachOptions = { artifactType: 'application/spdx+json', settle: false };
const FILE = { content: '{"spdx":true}', name: 'a.spdx.json' };

describe.each(PLACES)('the same content in %s', (_what, open) => {
  it('is named where another manifest attaches it to the subject: another title, type or annotation', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const at = { store, tag: 'v1' };
    const first = await attach(at, [FILE], options);
    expect(first).not.toHaveProperty('sameContent');
    const known = {
      reference: first.reference,
      digest: first.digest,
      artifactType: options.artifactType,
      title: FILE.name,
      layer: first.layers[0]?.digest,
    };
    const renamed = await attach(at, [{ ...FILE, name: 'b.spdx.json' }], options);
    expect(renamed.sameContent).toEqual([{ ...known, name: 'b.spdx.json' }]);
    const typed = await attach(at, [FILE], { ...options, artifactType: 'application/vnd.example' });
    expect(typed.sameContent).toHaveLength(2);
    expect(typed.sameContent).toContainEqual({ ...known, name: FILE.name });
    const annotated = await attach(at, [FILE], { ...options, annotations: { team: 'blue' } });
    expect(annotated.sameContent).toHaveLength(3);
  });

  it('is not named for the very same attachment, for equal files of one, and for another subject', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    await pushImage(store, 'other', { tags: ['v2'] });
    const twins = [FILE, { ...FILE, name: 'b.spdx.json' }];
    for (const tag of ['v1', 'v1', 'v2'])
      expect(await attach({ store, tag }, twins, options)).not.toHaveProperty('sameContent');
  });
});

describe.each(PLACES)('a signature or a bundle in %s', (_what, open) => {
  it.each([
    'application/vnd.dev.sigstore.bundle.v0.3+json',
    'application/vnd.dev.cosign.simplesigning.v1+json',
    'application/vnd.dsse.envelope.v1+json',
  ])('is named under another name, and not under another type: %s', async (type) => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const at = { store, tag: 'v1' };
    const file = { content: '{"signed":true}', name: 'a.json', mediaType: type };
    await attach(at, [file], options);
    expect(await attach(at, [file], { ...options, artifactType: type })).not.toHaveProperty('sameContent');
    const renamed = await attach(at, [{ ...file, name: 'b.json' }], options);
    expect(renamed.sameContent?.map(({ artifactType }) => artifactType)).toEqual([options.artifactType]);
  });
});

describe('requests', () => {
  it.each(['api', 'none'] as const)(
    'are not more for new content (referrers: %s), and few for known content',
    async (referrers) => {
      const { registry, store } = await begin({ referrers });
      await pushImage(store, 'image', { tags: ['v1'] });
      const count = async (content: string, name: string) => {
        registry.clear();
        await attach({ store, tag: 'v1' }, [{ content, name }], options);
        return registry.requests.map(
          ({ method, path }) => `${method} ${path.replace(/sha256[:-]\w+|uploads\/.*/g, '*')}`,
        );
      };
      await count('{"n":1}', 'a');
      const fresh = await count('{"n":2}', 'b');
      const known = await count('{"n":2}', 'c');
      expect(fresh.filter((line) => line.startsWith('GET') && line.includes('/referrers/'))).toEqual([]);
      expect(known.length).toBeLessThanOrEqual(fresh.length + 3);
    },
  );
});
