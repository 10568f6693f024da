import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../../src/operations/check/check.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { pushImage, referrerOf } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';

describe('a quick check that is interrupted', () => {
  it.each(['document', 'blobDigests', 'items'] as const)('ends as interrupted after %s', async (call) => {
    const path = join(await tempDir(), 'layout');
    const layout = await openLayout(path, { create: true });
    const { descriptor } = await pushImage(layout, 'image', { tags: ['v1'] });
    // As cosign save keeps it: in blobs/ alone.
    await layout.putManifest(referrerOf(descriptor, 'application/spdx+json'), { child: true, layoutLists: 'none' });
    expect((await check(layout, { deep: false })).findings.map(({ code }) => code)).toContain('referrer-unlisted');
    const stop = new AbortController();
    const stopping = new Proxy(layout, {
      get(target, name) {
        if (name === call) stop.abort();
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const stopped = check(stopping, { deep: false, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
