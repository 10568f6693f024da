import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { makeFiles } from '../../io/tar/support/archives.js';
import { digestOf } from '../../support/image-layout.js';
import { remora } from '../../support/remora.js';
import { failureHere, runHere } from '../support/in-process.js';
import { at, EMPTY_INDEX, INDEX, places, shown } from '../support/manifest-places.js';
import { failure, SBOM, success } from '../support/run.js';

describe('manifest put', () => {
  it('keeps the bytes, under tags, a digest or none', async () => {
    const { cwd, all } = await places();
    const digest = digestOf(`${EMPTY_INDEX}\n`);
    for (const place of all) {
      const first = await runHere(['manifest', 'put', at(place, ''), 'index.json'], cwd);
      expect(first).toEqual({ code: 0, stdout: `Pushed:  ${shown(at(place, `@${digest}`))}\n`, stderr: '' });
      const tagged = await runHere(['manifest', 'put', at(place, ':a,b'), 'index.json'], cwd);
      expect(tagged.stdout).toContain(
        `(was there already)\nTags:    ${shown(at(place, ':a'))}, ${shown(at(place, ':b'))}\n`,
      );
      expect((await runHere(['manifest', 'put', at(place, `@${digest}`), 'index.json'], cwd)).code).toBe(0);
      expect((await runHere(['manifest', 'get', at(place, ':b')], cwd)).stdout).toBe(`${EMPTY_INDEX}\n`);
    }
  });

  it('gives JSON that fits its schema, also of what has a subject', async () => {
    for (const options of [{}, { referrers: 'none' } as const]) {
      const { cwd, all } = await places(options);
      for (const place of all) {
        const { stdout: text } = await runHere(['manifest', 'get', place, '--json'], cwd);
        const { mediaType, digest, size } = JSON.parse(text);
        const annotations = { a: 'b' };
        const document = {
          ...JSON.parse(EMPTY_INDEX),
          artifactType: SBOM,
          annotations,
          subject: { mediaType, digest, size },
        };
        await writeFile(join(cwd, 'sbom.json'), JSON.stringify(document));
        const { stdout } = await runHere(['manifest', 'put', at(place, ''), 'sbom.json', '--json', '--no-settle'], cwd);
        const value = resultSchemas['manifest put'].parse(JSON.parse(stdout));
        expect(Object.keys(JSON.parse(stdout))).toEqual([
          ...['reference', 'mediaType', 'digest', 'size', 'artifactType', 'annotations', 'tags', 'result', 'listedBy'],
        ]);
        const listedBy = place.startsWith('.') ? 'layout-entry' : 'referrers' in options ? 'tag' : 'api';
        expect(value).toMatchObject({ artifactType: SBOM, annotations, tags: [], result: 'written', listedBy });
        const { referrers } = JSON.parse((await runHere(['discover', place, '--json'], cwd)).stdout);
        expect(referrers).toMatchObject([{ digest: value.digest }]);
      }
    }
  });

  it('reads standard input, to its end', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const { stdout } = await success(['manifest', 'put', at(place, ':stdin'), '-', '--json'], {
        cwd,
        input: EMPTY_INDEX,
      });
      expect(JSON.parse(stdout).digest).toBe(digestOf(EMPTY_INDEX));
    }
    const large = await remora(['manifest', 'put', './layout:large', '-'], { cwd, input: Buffer.alloc(9_000_000, 32) });
    expect([large.code, large.stdout]).toEqual([5, '']);
    const secrets = ['--username', 'me', '--password-stdin'];
    const both = await failure(2, ['manifest', 'put', at(all[0] ?? '', ''), '-', ...secrets], { cwd, input: 'x' });
    expect(both.message).toContain('--password-stdin');
  });

  it('creates a layout for what needs no blobs, and for nothing else', async () => {
    const { cwd } = await places();
    expect((await runHere(['manifest', 'put', './new:v1', 'index.json'], cwd)).code).toBe(0);
    await runHere(['manifest', 'get', './layout:v1', '-o', 'm.json'], cwd);
    expect((await failureHere(3, ['manifest', 'put', './newer:v1', 'm.json'], cwd)).message).toContain(
      'does not exist',
    );
    const missing = await failureHere(3, ['manifest', 'put', './new:v2', 'm.json'], cwd);
    expect(missing).toMatchObject({
      message: expect.stringContaining('lacks a blob'),
      hint: expect.stringContaining('blob put'),
    });
    expect((await runHere(['repo', 'tags', './new'], cwd)).stdout).toBe('v1\n');
  });

  it('takes an index in a layout whose children are not there', async () => {
    const { cwd } = await places();
    const child = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: digestOf('none'), size: 7 };
    await writeFile(join(cwd, 'sparse.json'), JSON.stringify({ ...JSON.parse(EMPTY_INDEX), manifests: [child] }));
    expect((await runHere(['manifest', 'put', './layout:sparse', 'sparse.json'], cwd)).code).toBe(0);
  });

  it('says what the registry lacks', async () => {
    const { cwd, image } = await places();
    await runHere(['manifest', 'get', './layout:v1', '-o', 'm.json'], cwd);
    expect((await failureHere(1, ['manifest', 'put', at(image, ':v2'), 'm.json'], cwd)).message).toContain(
      'MANIFEST_BLOB_UNKNOWN',
    );
  });

  it('needs a type only where the document names none', async () => {
    const { cwd } = await places();
    await makeFiles(cwd, { 'bare.json': '{"schemaVersion":2,"manifests":[]}' });
    const docker = 'application/vnd.docker.distribution.manifest.list.v2+json';
    for (const [words, mediaType] of [
      [[], INDEX],
      [['--media-type', docker], docker],
    ] as const) {
      const { stdout } = await runHere(['manifest', 'put', './layout:bare', 'bare.json', '--json', ...words], cwd);
      expect(JSON.parse(stdout).mediaType).toBe(mediaType);
    }
    const put = ['manifest', 'put', './layout:x', 'index.json', '--media-type'];
    await failureHere(2, [...put, docker], cwd);
    await failureHere(2, [...put, 'text/plain'], cwd);
    expect((await runHere([...put, INDEX], cwd)).code).toBe(0);
  });

  it('refuses what is no manifest, and writes nothing', async () => {
    const { cwd, registry, all } = await places();
    await makeFiles(cwd, {
      'text.json': 'no JSON',
      'other.json': '{"schemaVersion":2,"mediaType":"text/plain"}',
      'twice.json': '{"schemaVersion":2,"schemaVersion":2,"manifests":[]}',
      'folder/': '',
    });
    registry.clear();
    for (const place of all) {
      for (const file of ['text.json', 'other.json', 'twice.json'])
        await failureHere(5, ['manifest', 'put', at(place, ':bad'), file], cwd);
      const other = at(place, `@${digestOf('other')}`);
      expect((await failureHere(5, ['manifest', 'put', other, 'index.json'], cwd)).code).toBe('DIGEST_MISMATCH');
      await failureHere(2, ['manifest', 'put', at(place, ':bad'), 'folder'], cwd);
      await failureHere(3, ['manifest', 'put', at(place, ':bad'), 'none.json'], cwd);
    }
    expect(registry.requests).toEqual([]);
  });
});
