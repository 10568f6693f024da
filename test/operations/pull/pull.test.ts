import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { buildIndex } from '../../../src/oci/documents/build-manifest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { type PullSelectedOptions, pullSelected } from '../../../src/operations/pull/pull.js';
import { streamSelected } from '../../../src/operations/pull/to-stream.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { readText } from '../../io/tar/support/archives.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir, tree } from '../../support/temp.js';
import { newLayout, PLACES } from '../support/places.js';

const SBOM = 'application/spdx+json';
const SCAN = 'application/sarif+json';
const v1 = { tag: 'v1' };

async function attachFile(store: Store, content: string, artifactType = SBOM, created?: string) {
  return attach({ store, ...v1 }, [{ content, name: 'report.json' }], { artifactType, created, settle: false });
}

async function stream(store: Store, options: PullSelectedOptions) {
  const out = new PassThrough();
  const descriptor = await streamSelected(store, out, options).finally(() => out.end());
  return { descriptor, content: await readAll(out) };
}

describe.each(PLACES)('what is attached in %s', (_what, open) => {
  it('is pulled in one step, by its type', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const sbom = await attachFile(store, '{"spdx":1}');
    await attachFile(store, '{"sarif":1}', SCAN);
    const output = await tempDir();
    const options = { selector: v1, output, selection: { artifactType: SBOM } };
    const path = relative('', join(output, 'report.json'));
    expect(await pullSelected(store, options)).toMatchObject({
      reference: store.format({ digest: image.descriptor.digest }),
      artifacts: [{ digest: sbom.digest, artifactType: SBOM, files: [{ path, result: 'written', size: 10 }] }],
    });
    expect(await readText(output, 'report.json')).toBe('{"spdx":1}');
    expect(await stream(store, options)).toMatchObject({ descriptor: { size: 10 }, content: '{"spdx":1}' });
  });

  it('comes into directories of its own when several are wanted', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const both = [await attachFile(store, '1'), await attachFile(store, '2')];
    const output = await tempDir();
    await expect(pullSelected(store, { selector: v1, output, selection: {} })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
    });
    expect(await readdir(output)).toEqual([]);
    await pullSelected(store, { selector: v1, output, selection: { all: true } });
    const names = both.map(({ digest }) => `${digest.slice(0, 19).replace(':', '-')}/report.json`);
    expect(await tree(output)).toEqual(names.sort());
  });

  it('is the newest when the latest is wanted', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    await attachFile(store, 'newer', SBOM, '2026-03-01T00:00:00Z');
    await attachFile(store, 'older', SBOM, '2026-02-01T00:00:00Z');
    expect((await stream(store, { selector: v1, selection: { latest: true } })).content).toBe('newer');
  });
});

describe('pull without a selection', () => {
  it('tells what an image and an index are, and what to do', async () => {
    const store = await newLayout();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const output = await tempDir();
    await expect(pullSelected(store, { selector: v1, output })).rejects.toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('is an image'),
      hint: expect.stringContaining('--artifact-type'),
    });
    const index = buildIndex({ manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'amd64' } }] });
    await store.putManifest(index, { tags: ['multi'] });
    await expect(pullSelected(store, { selector: { tag: 'multi' }, output })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['linux/amd64'],
    });
    expect(await readdir(output)).toEqual([]);
  });

  it('takes the child of a platform', async () => {
    const store = await newLayout();
    const child = await push(store, [{ content: 'arm', name: 'tool' }]);
    const entry = { ...child.manifest.descriptor, platform: { os: 'linux', architecture: 'arm64' } };
    await store.putManifest(buildIndex({ manifests: [entry] }), { tags: ['multi'] });
    const platform = { os: 'linux', architecture: 'arm64' };
    expect((await stream(store, { selector: { tag: 'multi' }, platform })).content).toBe('arm');
  });
});

describe('a file on its way to a stream', () => {
  it('is one file, not several and not none', async () => {
    const store = await newLayout();
    const files = ['a', 'b'].map((name) => ({ content: name, name }));
    await push(store, files, { tags: ['two'] });
    await push(store, [], { tags: ['none'] });
    await expect(stream(store, { selector: { tag: 'two' } })).rejects.toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['a', 'b'],
    });
    await expect(stream(store, { selector: { tag: 'none' } })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it.each([
    [
      'is corrupt in its last byte',
      'DIGEST_MISMATCH',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(0)]),
    ],
    ['is cut', 'SIZE_MISMATCH', (bytes: Buffer) => bytes.subarray(0, -1)],
  ])('is verified before its first byte goes out: it %s', async (_what, code, damage) => {
    const { store, registry } = await begin();
    const { layers } = await push(store, [{ content: 'x'.repeat(500_000), name: 'a' }], { tags: ['v1'] });
    const digest = layers[0]?.digest ?? '';
    const bytes = damage(Buffer.alloc(500_000, 'x'));
    registry.repository('team/app').blobs.set(digest, { size: bytes.length, bytes });
    const out = new PassThrough();
    const received: unknown[] = [];
    out.on('data', (chunk) => received.push(chunk));
    await expect(streamSelected(store, out, { selector: v1 })).rejects.toMatchObject({ code });
    expect(received).toEqual([]);
    expect(out.destroyed).toBe(false);
  });
});
