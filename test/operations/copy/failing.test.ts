import { describe, expect, it } from 'vitest';
import { begin } from '../../store/registry/support/start.js';
import { listTags, pushImage } from '../../store/support/artifacts.js';
import { newLayout } from '../support/places.js';
import { copyTag, everything, loadedImage, loadedIndex } from './support/copying.js';

describe('a copy that cannot be finished', () => {
  it.each([
    ['a manifest', ({ method, path }: Asked) => method === 'PUT' && path.includes('/manifests/sha256:')],
    ['a blob', ({ method, path }: Asked) => method === 'PUT' && path.includes('/uploads/')],
    [
      'a list of referrers',
      ({ method, path }: Asked) => method === 'PUT' && /manifests\/sha256-[0-9a-f]{64}$/.test(path),
    ],
  ])('since %s is refused gives no tag, and goes on the next time', async (_what, isRefused) => {
    const source = await newLayout();
    const image = await loadedImage(source);
    let isBroken = true;
    const { store } = await begin({
      referrers: 'none',
      fault: (request) => (isBroken && isRefused(request) ? { status: 403 } : undefined),
    });
    await expect(copyTag(source, store, 'v1')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await listTags(store)).filter((tag) => tag === 'v1')).toEqual([]);
    isBroken = false;
    await copyTag(source, store, 'v1');
    expect(await everything(store, image)).toEqual(await everything(source, image));
  });

  it('since the registry goes away gives no tag, and says that it cannot be reached', async () => {
    const source = await newLayout();
    await loadedIndex(source);
    const { store, registry } = await begin({
      fault: ({ method, path }) => {
        if (method === 'PUT' && path.includes('/manifests/')) isGone = true;
        return isGone ? { cutAfter: 0 } : undefined;
      },
    });
    let isGone = false;
    await expect(copyTag(source, store, 'multi')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    isGone = false;
    expect((await listTags(store)).filter((tag) => tag === 'multi')).toEqual([]);
    expect(registry.requests.length).toBeGreaterThan(5);
  });

  it('since the source is damaged writes nothing wrong', async () => {
    const { store: source } = await begin({
      // Another body of the same length.
      fault: ({ method, path }) =>
        method === 'GET' && path.includes('/blobs/') ? { status: 200, body: Buffer.alloc(2, 'x') } : undefined,
    });
    await pushImage(source, 'image', { tags: ['v1'] });
    const destination = await newLayout();
    await expect(copyTag(source, destination, 'v1')).rejects.toMatchObject({
      code: expect.stringMatching(/^(DIGEST|SIZE)_MISMATCH$/),
    });
    expect(await listTags(destination)).toEqual([]);
  });

  it('since a child is missing in the source says which', async () => {
    let hidden = 'nothing';
    const { store, open } = await begin({
      fault: ({ path }) => (path.includes(`manifests/${hidden}`) ? { status: 404 } : undefined),
    });
    const index = await store.manifest({ digest: (await loadedIndex(store)).digest });
    hidden = index.kind === 'index' ? (index.content.manifests[2]?.digest ?? '') : '';
    const destination = await newLayout();
    await expect(copyTag(open(), destination, 'multi', { recursive: false })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(hidden),
    });
    expect(await listTags(destination)).toEqual([]);
  });

  it('since it is interrupted leaves no tag', async () => {
    const source = await newLayout();
    await loadedIndex(source);
    const controller = new AbortController();
    const { store } = await begin({
      fault: ({ method, path }) => {
        if (method === 'PUT' && path.includes('/manifests/')) controller.abort();
        return undefined;
      },
    });
    await expect(copyTag(source, store, 'multi', { signal: controller.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await listTags(store)).toEqual([]);
  });
});

interface Asked {
  readonly method: string;
  readonly path: string;
}
