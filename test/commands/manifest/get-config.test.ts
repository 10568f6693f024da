import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildIndex, buildManifest } from '../../../src/oci/documents/build-manifest.js';
import { parseManifest } from '../../../src/oci/documents/manifest.js';
import { EMPTY_DESCRIPTOR } from '../../../src/oci/values/empty.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { begin, REPOSITORY } from '../../store/registry/support/start.js';
import { Content, pushImage, writeContent } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';

/** A place with artifacts of these configs, under the tags `c0`, `c1`, and so on. */
async function withConfigs(store: Store, configs: readonly Content[]) {
  await writeContent(store, ...configs);
  for (const [n, { descriptor }] of configs.entries())
    await store.putManifest(buildManifest({ config: descriptor, layers: [] }), { tags: [`c${n}`] });
}

const config = (text: string | Buffer, mediaType: string) => new Content(Buffer.from(text), { mediaType });
const get = (...args: string[]) => ['manifest', 'get', '--config', ...args];

describe.each(['a layout', 'a registry'])('manifest get --config from %s', (what) => {
  async function place() {
    const cwd = await tempDir();
    if (what === 'a layout')
      return { cwd, at: './layout', store: await openLayout(join(cwd, 'layout'), { create: true }) };
    const { registry, store } = await begin();
    return { cwd, at: `${registry.host}/${REPOSITORY}`, store };
  }

  it('gives the very bytes', async () => {
    const { cwd, at, store } = await place();
    const configs = [
      config('{"name": "app",\n"version":"1.0.0"}', 'application/vnd.cncf.helm.config.v1+json'),
      config('{"architecture":"wasm","os":"wasip1","layerDigests":[]}\n', 'application/vnd.wasm.config.v0+json'),
      config('{ "architecture":"amd64","os":"linux" }', 'application/vnd.docker.container.image.v1+json'),
      config(Buffer.from([0, 255, 10, 13]), 'application/octet-stream'),
      config('', 'application/json'),
    ];
    await withConfigs(store, configs);
    for (const [n, { bytes, descriptor }] of configs.entries()) {
      const reference = `${at}:c${n}`;
      expect(await runHere(get(reference, '-o', 'out'), cwd)).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await readFile(join(cwd, 'out'))).toEqual(bytes);
      const { stdout } = await runHere(get(reference, '--json'), cwd);
      const result = resultSchemas['manifest get'].parse(JSON.parse(stdout));
      expect(result).toMatchObject({ ...descriptor, reference: expect.stringContaining('@sha256:') });
      expect(result.reference).not.toContain(descriptor.digest);
    }
    expect((await runHere(get(`${at}:c0`), cwd)).stdout).toBe('{"name": "app",\n"version":"1.0.0"}');
    const pretty = await runHere(get(`${at}:c0`, '--pretty'), cwd);
    expect(pretty.stdout).toBe('{\n  "name": "app",\n  "version": "1.0.0"\n}\n');
    expect((await runHere(get(`${at}:c4`, '--pretty'), cwd)).stdout).toBe('');
  });

  it('gives the empty config, even where nobody stored it', async () => {
    const { cwd, at, store } = await place();
    const { content } = buildManifest({ artifactType: 'application/x', layers: [] });
    const manifest = parseManifest(Buffer.from(JSON.stringify({ ...content, layers: [] })));
    await store.putManifest(manifest, { tags: ['empty'] });
    expect(manifest.content).toMatchObject({ config: { digest: EMPTY_DESCRIPTOR.digest } });
    expect(await runHere(get(`${at}:empty`), cwd)).toEqual({ code: 0, stdout: '{}', stderr: '' });
  });

  it('wants a platform of an index', async () => {
    const { cwd, at, store } = await place();
    const { descriptor } = await pushImage(store, 'image', { child: true });
    const index = buildIndex({ manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm64' } }] });
    await store.putManifest(index, { tags: ['multi'] });
    expect(await failureHere(7, get(`${at}:multi`), cwd)).toMatchObject({
      code: 'AMBIGUOUS',
      candidates: ['linux/arm64'],
      hint: 'Choose with --platform or a digest',
    });
    const { stdout } = await runHere(get(`${at}:multi`, '--platform', 'linux/arm64'), cwd);
    expect(stdout).toBe('{"name":"image"}');
    await failureHere(3, get(`${at}:multi`, '--platform', 'linux/s390x'), cwd);
    await failureHere(2, get(`${at}:multi`, '--platform', ''), cwd);
    await failureHere(3, get(`${at}:none`), cwd);
  });
});

it('manifest get --config refuses bytes of another digest', async () => {
  const { registry, store } = await begin();
  const { descriptor } = config('{"a":1}', 'application/json');
  await withConfigs(store, [config('{"a":1}', 'application/json')]);
  registry.repository(REPOSITORY).blobs.set(descriptor.digest, { bytes: Buffer.from('{"a":2}'), size: 7 });
  const cwd = await tempDir();
  await failureHere(5, get(`${registry.host}/${REPOSITORY}:c0`, '-o', 'out'), cwd);
});
