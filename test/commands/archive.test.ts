import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { digestOf } from '../../src/oci/values/digest.js';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles, tarOf } from '../io/tar/support/archives.js';
import { membersOf } from '../store/archive/support/packed.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

/** A layout with an artifact and what is attached to it, and archives of it. */
async function archives() {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'content of a', 'sbom.json': '{"spdxVersion":"SPDX-2.3"}' });
  await runHere(['push', './layout:v1', 'a.txt'], cwd);
  await runHere(['attach', '--artifact-type', SBOM, './layout:v1', 'sbom.json'], cwd);
  const tar = await tarOf(await membersOf(join(cwd, 'layout')));
  await writeFile(join(cwd, 'x.tar'), tar);
  await writeFile(join(cwd, 'x.tar.gz'), gzipSync(tar));
  await writeFile(join(cwd, 'no-ending'), gzipSync(tar));
  return { cwd, places: ['./x.tar', 'oci-archive:x.tar', './x.tar.gz', 'oci-archive:no-ending'] };
}

const shown = (place: string) => (place.startsWith('oci-archive:') ? place : `oci-archive:${place}`);

/** What a command prints of an archive is what it prints of the layout, but for the place. */
async function expectSame(cwd: string, place: string, command: readonly string[], ...more: readonly string[]) {
  const run = async (where: string) => {
    const result = await runHere([...command, where, ...more], cwd);
    const name = where.startsWith('./layout') ? 'oci:./layout' : shown(place);
    return {
      ...result,
      stdout: result.stdout.replaceAll(name, 'PLACE'),
      stderr: result.stderr.replaceAll(name, 'PLACE'),
    };
  };
  const [ofLayout, ofArchive] = [await run('./layout'), await run(place)];
  expect(ofArchive).toEqual(ofLayout);
  expect(ofArchive.code).toBe(0);
}

it('reads archives as it reads layouts, for people and with --json', async () => {
  const { cwd, places } = await archives();
  for (const place of places) {
    for (const json of [[], ['--json']]) {
      await expectSame(cwd, place, ['discover', ...json]);
      await expectSame(cwd, place, ['inspect', ...json]);
      await expectSame(cwd, place, ['resolve', '--full', ...json]);
      await expectSame(cwd, place, ['repo', 'tags', ...json]);
      await expectSame(cwd, place, ['manifest', 'get', ...json]);
    }
  }
});

it('takes tag and digest of an archive', async () => {
  const { cwd } = await archives();
  const digest = (await runHere(['resolve', './layout'], cwd)).stdout.trim();
  for (const place of ['./x.tar:v1', `./x.tar@${digest}`, `oci-archive:x.tar.gz:v1@${digest}`])
    expect((await runHere(['resolve', place], cwd)).stdout.trim()).toBe(digest);
  const { message, hint } = await failureHere(3, ['resolve', './x.tar:v2'], cwd);
  expect([message, hint]).toEqual(['oci-archive:./x.tar has no tag "v2"', 'It has v1']);
});

it('finds, gates and pulls what is attached in an archive', async () => {
  const { cwd } = await archives();
  const { stdout } = await runHere(['discover', './x.tar.gz:v1', '--require', 'sbom', '--json'], cwd);
  expect(resultSchemas.discover.parse(JSON.parse(stdout))).toMatchObject({
    reference: expect.stringMatching(/^oci-archive:\.\/x\.tar\.gz@sha256:/),
    referrers: [{ artifactType: SBOM, via: ['layout-entry'], kind: 'sbom' }],
  });
  expect((await runHere(['pull', './x.tar', '-o', 'out'], cwd)).code).toBe(0);
  expect(await readFile(join(cwd, 'out', 'a.txt'), 'utf8')).toBe('content of a');
  expect((await runHere(['pull', '--kind', 'sbom', './x.tar.gz', '-o', 'sboms'], cwd)).code).toBe(0);
});

it('gets single blobs and manifests out of an archive, byte for byte', async () => {
  const { cwd } = await archives();
  const digest = digestOf(Buffer.from('content of a'));
  const { code } = await runHere(['blob', 'get', `./x.tar@${digest}`, '-o', 'blob'], cwd);
  expect([code, await readFile(join(cwd, 'blob'), 'utf8')]).toEqual([0, 'content of a']);
  const { stdout } = await runHere(['blob', 'get', '--json', `./x.tar.gz@${digest}`, '-o', 'again'], cwd);
  expect(resultSchemas['blob get'].parse(JSON.parse(stdout))).toMatchObject({ digest, size: 12 });
  const missing = `sha256:${'0'.repeat(64)}`;
  await failureHere(3, ['blob', 'get', `./x.tar@${missing}`, '-o', 'none'], cwd);
});

describe('what cannot be read', () => {
  it.each([
    ['is not there', 3, undefined, 'does not exist'],
    ['is empty', 5, '', 'file is empty'],
    ['is no tar', 5, 'text '.repeat(200), 'neither in ustar nor in GNU format'],
    ['is a tar of something else', 3, 'tar', 'not an archive of an OCI image layout'],
    ['is cut', 5, 'cut', 'ends too early'],
    ['is cut gzip', 5, 'cut gzip', 'unexpected end of file'],
  ])('%s: exit code %i', async (_, code, content, message) => {
    const { cwd } = await archives();
    const whole = await readFile(join(cwd, 'x.tar'));
    const bytes =
      content === 'tar'
        ? await tarOf([{ name: 'notes.txt', content: 'x' }])
        : content === 'cut'
          ? whole.subarray(0, 2000)
          : content === 'cut gzip'
            ? gzipSync(whole).subarray(0, 200)
            : content;
    if (bytes !== undefined) await writeFile(join(cwd, 'bad.tar'), bytes);
    for (const command of [['discover'], ['inspect'], ['repo', 'tags']]) {
      const failure = await failureHere(code, [...command, './bad.tar'], cwd);
      expect(failure.message).toContain('./bad.tar');
      expect(failure.message).toContain(message);
    }
  });

  it('is a directory, or an archive given as a layout', async () => {
    const { cwd } = await archives();
    const { hint } = await failureHere(2, ['inspect', 'oci-archive:layout'], cwd);
    expect(hint).toBe('Write oci:layout for an image layout directory');
    await failureHere(3, ['inspect', 'oci:x.tar'], cwd);
  });
});

it('writes into no archive, and names what to do', async () => {
  const { cwd } = await archives();
  const before = await readFile(join(cwd, 'x.tar'));
  const digest = (await runHere(['resolve', './x.tar'], cwd)).stdout.trim();
  for (const args of [
    ['push', './x.tar:v2', 'a.txt'],
    ['attach', '--artifact-type', SBOM, './x.tar', 'a.txt'],
    ['attach', '--dry-run', '--artifact-type', SBOM, './x.tar', 'a.txt'],
    ['tag', './x.tar:v1', 'v2'],
    ['detach', '--all', '--yes', './x.tar'],
    ['detach', '--all', '--dry-run', './x.tar'],
    ['manifest', 'delete', '--yes', `./x.tar@${digest}`],
    ['blob', 'put', './x.tar', 'a.txt'],
    ['blob', 'delete', '--yes', `./x.tar@${digest}`],
  ]) {
    const { code, message, hint } = await failureHere(1, args, cwd);
    expect([args, code]).toEqual([args, 'UNSUPPORTED']);
    expect(message).toContain('is never changed in place');
    expect(hint).toContain('remora copy');
  }
  expect(Buffer.compare(await readFile(join(cwd, 'x.tar')), before)).toBe(0);
  const { message } = await failureHere(2, ['repo', 'list', './x.tar'], cwd);
  expect(message).toContain('an archive, which is one layout');
});

it("reads a directory of skopeo's, and writes none", async () => {
  const { cwd } = await archives();
  const digest = (await runHere(['resolve', './layout'], cwd)).stdout.trim();
  const blobs = join(cwd, 'layout', 'blobs', 'sha256');
  await mkdir(join(cwd, 'image'));
  await copyFile(join(blobs, digest.slice(7)), join(cwd, 'image', 'manifest.json'));
  const { layers } = z
    .object({ layers: z.array(z.object({ digest: z.string() })) })
    .parse(JSON.parse(await readFile(join(cwd, 'image', 'manifest.json'), 'utf8')));
  for (const layer of layers)
    await rename(join(blobs, layer.digest.slice(7)), join(cwd, 'image', layer.digest.slice(7)));
  expect((await runHere(['resolve', '--full', 'dir:image'], cwd)).stdout).toBe(`dir:image@${digest}\n`);
  expect((await runHere(['pull', 'dir:image', '-o', 'out'], cwd)).code).toBe(0);
  expect(await readFile(join(cwd, 'out', 'a.txt'), 'utf8')).toBe('content of a');
  expect((await runHere(['discover', 'dir:image'], cwd)).stderr).toBe('remora: nothing is attached\n');
  const { code } = await failureHere(1, ['push', 'dir:image', 'a.txt'], cwd);
  expect(code).toBe('UNSUPPORTED');
});

it("understands skopeo's way to write a registry", async () => {
  const { image } = await withImage();
  const cwd = await tempDir();
  const [plain, schemed] = [
    await runHere(['resolve', image], cwd),
    await runHere(['resolve', `docker://${image}`], cwd),
  ];
  expect(schemed).toEqual(plain);
  expect(schemed.code).toBe(0);
});
