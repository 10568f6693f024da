import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { digestOf } from '../../support/image-layout.js';
import { tree } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';
import { at, digestAt, EMPTY_INDEX, places } from '../support/manifest-places.js';

describe('manifest get', () => {
  it('gives the very bytes, on standard output or into a file', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const digest = await digestAt(place, cwd);
      for (const reference of [place, at(place, `@${digest}`)]) {
        const { stdout, stderr, code } = await runHere(['manifest', 'get', reference], cwd);
        expect([code, stderr, digestOf(stdout)]).toEqual([0, '', digest]);
        expect((await runHere(['manifest', 'get', reference, '-o', '-'], cwd)).stdout).toBe(stdout);
        expect(await runHere(['manifest', 'get', reference, '-o', 'out.json'], cwd)).toEqual({
          code: 0,
          stdout: '',
          stderr: '',
        });
        expect(digestOf(await readFile(join(cwd, 'out.json')))).toBe(digest);
      }
      const pretty = (await runHere(['manifest', 'get', '--pretty', place], cwd)).stdout;
      const plain = (await runHere(['manifest', 'get', place], cwd)).stdout;
      expect(pretty).toBe(`${JSON.stringify(JSON.parse(plain), null, 2)}\n`);
    }
    expect((await tree(cwd)).filter((path) => path.includes('.remora-'))).toEqual([]);
  });

  it('gives JSON that fits its schema', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const { stdout } = await runHere(['manifest', 'get', place, '--json'], cwd);
      const value = resultSchemas['manifest get'].parse(JSON.parse(stdout));
      expect(Object.keys(JSON.parse(stdout))).toEqual(['reference', 'mediaType', 'digest', 'size', 'manifest']);
      expect(value.manifest).toMatchObject({ schemaVersion: 2 });
    }
  });

  it('prints nothing where it fails, and leaves the file as it was', async () => {
    const { cwd, all } = await places();
    await mkdir(join(cwd, 'folder'));
    for (const place of all) {
      await failureHere(3, ['manifest', 'get', at(place, ':none'), '-o', 'index.json'], cwd);
      await failureHere(3, ['manifest', 'get', place, '--platform', 'linux/s390x'], cwd);
      await failureHere(7, ['manifest', 'get', place, '-o', 'folder'], cwd);
      await failureHere(3, ['manifest', 'get', place, '-o', 'no/where'], cwd);
    }
    expect(await readFile(join(cwd, 'index.json'), 'utf8')).toBe(`${EMPTY_INDEX}\n`);
  });

  it('refuses bytes that have another digest', async () => {
    const { cwd, registry, image } = await places();
    const { manifests, tags } = registry.repository('team/app');
    const digest = tags.get('v1') ?? '';
    const { mediaType = '' } = manifests.get(digest) ?? {};
    manifests.set(digest, { bytes: Buffer.from(EMPTY_INDEX), mediaType });
    await failureHere(5, ['manifest', 'get', image], cwd);
    await failureHere(5, ['manifest', 'get', at(image, `@${digest}`)], cwd);
  });

  it('writes through a link, and into a device without replacing it', async () => {
    const { cwd } = await places();
    await symlink('index.json', join(cwd, 'link'));
    await runHere(['manifest', 'get', './layout:v1', '-o', 'link'], cwd);
    expect(digestOf(await readFile(join(cwd, 'index.json')))).toBe(await digestAt('./layout:v1', cwd));
    await symlink('/dev/null', join(cwd, 'null'));
    expect((await runHere(['manifest', 'get', './layout:v1', '-o', 'null'], cwd)).code).toBe(0);
    expect(await readFile('/dev/null', 'utf8')).toBe('');
  });
});
