import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { inspect } from '../../../src/operations/inspect/inspect.js';
import type { Stored } from '../../../src/operations/places/location.js';
import { push } from '../../../src/operations/push/push.js';
import { attach, pushImage, referrerOf, text, writeContent, written } from '../../store/support/artifacts.js';
import { newLayout, PLACES } from '../support/places.js';

const CONFIG = {
  created: '2026-01-01T00:00:00Z',
  author: 'somebody',
  architecture: 'arm64',
  os: 'linux',
  variant: 'v8',
  config: { Entrypoint: ['/bin/app'], Cmd: null, Labels: { 'org.example.team': 'blue' } },
  history: [{ created_by: 'COPY . .' }, { created_by: 'CMD', empty_layer: true }],
};
const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';

describe.each(PLACES)('inspect in %s', (_what, open) => {
  it.each([
    ['an OCI image', `${OCI}.manifest.v1+json`, `${OCI}.config.v1+json`, `${OCI}.layer.v1.tar+gzip`],
    [
      'a Docker v2.2 image',
      `${DOCKER}.distribution.manifest.v2+json`,
      `${DOCKER}.container.image.v1+json`,
      `${DOCKER}.image.rootfs.diff.tar.gzip`,
    ],
  ])('shows %s with its config', async (_kind, mediaType, configType, layerType) => {
    const store = await open();
    const [config, layer] = [text(JSON.stringify(CONFIG)), text('layer')];
    await writeContent(store, config, layer);
    const manifest = written({
      schemaVersion: 2,
      mediaType,
      config: { ...config.descriptor, mediaType: configType },
      layers: [{ ...layer.descriptor, mediaType: layerType }],
    });
    await store.putManifest(manifest, { tags: ['v1'] });
    expect(await inspect({ store, tag: 'v1' })).toEqual({
      reference: store.format({ digest: manifest.descriptor.digest }),
      ...manifest.descriptor,
      mediaType,
      artifactType: configType,
      kind: 'image',
      config: { ...config.descriptor, mediaType: configType },
      layers: [{ ...layer.descriptor, mediaType: layerType }],
      totalSize: 5,
      image: CONFIG,
    });
  });

  it('shows an index with its platforms', async () => {
    const store = await open();
    const child = await pushImage(store, 'child', { child: true });
    const platform = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1' };
    const annotations = { 'org.example.k': 'v' };
    const index = buildIndex({ manifests: [{ ...child.descriptor, platform }], annotations });
    await store.putManifest(index, { tags: ['multi'] });
    expect(await inspect({ store, digest: index.descriptor.digest })).toEqual({
      reference: store.format({ digest: index.descriptor.digest }),
      ...index.descriptor,
      annotations,
      kind: 'index',
      manifests: [{ ...child.descriptor, platform: 'windows:10.0.1/amd64' }],
    });
  });

  it('shows an artifact with its files and its subject, and reads no config', async () => {
    const store = await open();
    const image = await pushImage(store, 'image', { tags: ['v1'] });
    const { manifest } = await push(store, [{ content: 'ab', name: 'a.txt' }], { artifactType: 'application/x' });
    const result = await inspect({ store, digest: manifest.descriptor.digest });
    expect(result).toMatchObject({
      kind: 'artifact',
      artifactType: 'application/x',
      layers: [{ title: 'a.txt', mediaType: 'text/plain', size: 2 }],
      totalSize: 2,
    });
    expect(result).not.toHaveProperty('image');
    const attached = referrerOf(image.descriptor, 'application/y');
    await attach(store, attached, { settle: false });
    const empty = await inspect({ store, digest: attached.descriptor.digest });
    expect(empty).toMatchObject({ subject: image.descriptor, layers: [], totalSize: 0 });
  });
});

describe('inspect of an odd config', () => {
  async function withConfig(content: string, mediaType: string): Promise<Stored> {
    const store = await newLayout();
    const config = text(content);
    await writeContent(store, config);
    const manifest = buildManifest({ config: { ...config.descriptor, mediaType } });
    await store.putManifest(manifest);
    return { store, digest: manifest.descriptor.digest };
  }

  it('leaves one alone that it does not know, JSON or not (B9)', async () => {
    const stored = await withConfig('\0not JSON', 'application/vnd.example.config.v1');
    const result = await inspect(stored);
    expect(result).toMatchObject({ kind: 'artifact', artifactType: 'application/vnd.example.config.v1' });
  });

  it.each(['{}', 'not JSON', '{"architecture":5}'])(
    'takes %j of the type of images for that of an artifact (B8)',
    async (content) => {
      const stored = await withConfig(content, `${OCI}.config.v1+json`);
      const result = await inspect(stored);
      expect(result).toMatchObject({ kind: 'artifact', config: { size: content.length } });
      expect(result).not.toHaveProperty('image');
    },
  );

  it('does not take a damaged one for anything', async () => {
    const { descriptor } = text('never written');
    const manifest = buildManifest({ config: { ...descriptor, mediaType: `${OCI}.config.v1+json` } });
    const store = await newLayout();
    await store.putManifest(manifest);
    await expect(inspect({ store, digest: manifest.descriptor.digest })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
