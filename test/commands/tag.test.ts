import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import type { RegistryOptions } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

/** A registry and a layout, each with one artifact as `v1`. */
async function places(options: RegistryOptions = {}) {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a' });
  await runHere(['push', './layout:v1', 'a.txt'], cwd);
  const { registry, image } = await withImage(options);
  return { cwd, registry, image, all: [image, './layout:v1'] };
}

describe('tag', () => {
  it('points tags at what has one, and prints each', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const name = place.slice(0, -':v1'.length).replace(/^\.\//, 'oci:./');
      const result = await runHere(['tag', place, 'v2', 'latest', 'v2'], cwd);
      expect(result).toEqual({ code: 0, stdout: `${name}:v2\n${name}:latest\n`, stderr: '' });
      const { stdout } = await runHere(['repo', 'tags', name], cwd);
      expect(stdout).toBe('latest\nv1\nv2\n');
      const resolved: string[] = [];
      for (const tag of ['v1', 'v2', 'latest'])
        resolved.push((await runHere(['resolve', `${name}:${tag}`], cwd)).stdout);
      expect(new Set(resolved).size).toBe(1);
    }
  });

  it('sends the manifest alone, once where the registry takes several tags at a time', async () => {
    const { cwd, registry, image } = await places();
    registry.clear();
    await runHere(['tag', image, 'v2', 'v3'], cwd);
    const asked = () =>
      registry.requests.map(({ method, path }) => `${method} ${path.replace(/sha256:[a-f0-9]+/, 'DIGEST')}`).sort();
    expect(asked()).toEqual([
      'GET /v2/team/app/manifests/v1',
      'PUT /v2/team/app/manifests/DIGEST?tag=v2&tag=v3',
      'PUT /v2/team/app/manifests/v2',
      'PUT /v2/team/app/manifests/v3',
    ]);
    const { registry: served, image: there } = await withImage({ queryTags: 10 });
    served.clear();
    await runHere(['tag', there, 'v2', 'v3'], cwd);
    expect(served.count('PUT')).toBe(1);
    expect([...served.repository('team/app').tags.keys()].sort()).toEqual(['v1', 'v2', 'v3']);
  });

  it('gives JSON that fits its schema', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const { stdout } = await runHere(['tag', place, 'v2', 'v3', '--json'], cwd);
      const value = resultSchemas.tag.parse(JSON.parse(stdout));
      expect(Object.keys(JSON.parse(stdout))).toEqual(['reference', 'mediaType', 'digest', 'size', 'tags']);
      expect(value.tags).toEqual(['v2', 'v3']);
      expect(value.reference).toContain(`@${value.digest}`);
    }
  });

  it('lists a referrer that gets a tag once, and writes no list (E106)', async () => {
    const { cwd, registry, image } = await places({ referrers: 'none' });
    await runHere(['attach', image, '--artifact-type', SBOM, 'a.txt', '--no-settle'], cwd);
    const { digest } = JSON.parse((await runHere(['discover', image, '--json'], cwd)).stdout).referrers[0];
    registry.clear();
    expect((await runHere(['tag', image.replace(':v1', `@${digest}`), 'sbom'], cwd)).code).toBe(0);
    expect(registry.count('PUT')).toBe(1);
    expect(JSON.parse((await runHere(['discover', image, '--json'], cwd)).stdout).referrers).toHaveLength(1);
  });

  it('says what is wrong, and tags nothing', async () => {
    const { cwd, registry, all, image } = await places();
    for (const place of all) {
      const missing = await failureHere(3, ['tag', place.replace(/v1$/, 'none'), 'v2'], cwd);
      expect(missing).toMatchObject({ code: 'NOT_FOUND', candidates: ['v1'] });
      await failureHere(2, ['tag', place, 'v2', '.x'], cwd);
      await failureHere(2, ['tag', place], cwd);
    }
    expect((await failureHere(2, ['tag', image, `${image}2`], cwd)).hint).toContain('alone');
    expect((await failureHere(3, ['tag', join(cwd, 'none:v1'), 'v2'], cwd)).code).toBe('NOT_FOUND');
    expect([...registry.repository('team/app').tags.keys()]).toEqual(['v1']);
  });
});
