import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeFiles, readText } from '../../io/tar/support/archives.js';
import { remora } from '../../support/remora.js';
import { tempDir, tree } from '../../support/temp.js';
import { failureHere, runHere } from '../support/in-process.js';
import { failure, SBOM, withImage } from '../support/run.js';

const CONTENT = 'some content of a file';
const PULL = ['pull', 'oci:./layout:v1', '-o', 'out'];
let cwd: string;
/** The files of the manifest and of its layer. */
let manifest: string;
let blob: string;

const blobPath = (digest: unknown) => join(cwd, 'layout/blobs', String(digest).replace(':', '/'));

/** A directory with a layout of one file, and an older file where that will be pulled to. */
beforeEach(async () => {
  cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': CONTENT, 'out/a.txt': 'old' });
  const pushed = JSON.parse((await runHere(['push', 'oci:./layout:v1', 'a.txt', '--json'], cwd)).stdout);
  manifest = blobPath(pushed.digest);
  blob = blobPath(pushed.layers[0].digest);
});

describe('a blob', () => {
  const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);

  it.each<[string, string, unknown, unknown, () => Promise<unknown>]>([
    ['is corrupt', 'DIGEST_MISMATCH', digest, digest, () => writeFile(blob, CONTENT.toUpperCase())],
    ['is truncated', 'SIZE_MISMATCH', 22, 10, () => truncate(blob, 10)],
    ['is too long', 'SIZE_MISMATCH', 22, 23, () => writeFile(blob, `${CONTENT}!`)],
  ])('that %s is told with what was expected and found, and the old file stays', async (_how, ...rest) => {
    const [code, expected, found, damage] = rest;
    await damage();
    const error = await failure(5, PULL, { cwd });
    expect(error).toMatchObject({ code, expected, found });
    expect(error.message).toContain(String(error.expected));
    expect(error.message).toContain(String(error.found));
    expect(await readText(cwd, 'out/a.txt')).toBe('old');
    expect((await tree(cwd)).filter((name) => name.includes('.remora'))).toEqual([]);
  });

  it('that a registry gives wrongly is told as well', async () => {
    const { registry } = await withImage();
    const target = `${registry.host}/team/files:v1`;
    await runHere(['push', target, 'a.txt'], cwd);
    const { blobs } = registry.repository('team/files');
    for (const [digest, { size }] of blobs) if (size === 22) blobs.set(digest, { size, bytes: Buffer.alloc(22, 'x') });
    expect(await failureHere(5, ['pull', target, '-o', 'out'], cwd)).toMatchObject({ code: 'DIGEST_MISMATCH' });
    expect(await readText(cwd, 'out/a.txt')).toBe('old');
  });

  it('that is missing is not found', async () => {
    await rm(blob);
    expect(await failureHere(3, PULL, cwd)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await readText(cwd, 'out/a.txt')).toBe('old');
  });
});

describe('a manifest', () => {
  it.each<[string, (bytes: Buffer) => string | Buffer]>([
    ['is corrupt', (bytes) => bytes.toString().replace('a.txt', 'b.txt')],
    ['is cut', (bytes) => bytes.subarray(0, 100)],
  ])('that %s is an error for every command', async (_how, damage) => {
    await writeFile(manifest, damage(await readFile(manifest)));
    const attach = ['attach', './layout:v1', '--artifact-type', SBOM, 'a.txt'];
    for (const args of [
      ['inspect', './layout:v1'],
      ['discover', './layout:v1'],
      ['resolve', './layout:v1'],
      attach,
      PULL,
    ]) {
      const error = await failureHere(5, args, cwd);
      expect([error.expected, error.found]).toEqual([expect.anything(), expect.anything()]);
    }
  });

  it('of something attached that is corrupt is named, and discover does not say that nothing is attached', async () => {
    const attach = ['attach', './layout:v1', '--artifact-type', SBOM, 'a.txt', '--json'];
    const { digest } = JSON.parse((await runHere(attach, cwd)).stdout);
    await writeFile(blobPath(digest), '{}');
    const text = await remora(['discover', './layout:v1'], { cwd });
    expect(text.code).toBe(6);
    expect(text.stderr).toMatch(
      new RegExp(
        `^remora: error: could not ask .*${digest}: .* has 2 bytes, wanted \\d+\\nremora: more may be attached\\n$`,
      ),
    );
    const json = await remora(['discover', './layout:v1', '--json'], { cwd });
    expect(json.code).toBe(6);
    expect(JSON.parse(json.stdout)).toMatchObject({
      referrers: [],
      incomplete: [{ way: expect.stringContaining(digest), error: { code: 'SIZE_MISMATCH' } }],
    });
    expect(await failureHere(6, ['pull', './layout:v1', '--artifact-type', SBOM], cwd)).toMatchObject({
      code: 'INCOMPLETE',
    });
  });
});

describe('index.json', () => {
  it.each<[string, string | Buffer]>([
    ['is no JSON', '{"schemaVersion":2,"manifests":['],
    ['is empty', ''],
    ['is a list', '[]'],
    ['has no manifests', '{"schemaVersion":2}'],
    ['has a name twice', '{"schemaVersion":2,"manifests":[],"manifests":[]}'],
    ['is not UTF-8', Buffer.of(0x22, 0xff, 0x22)],
  ])('that %s is refused by every command, and never overwritten', async (_how, content) => {
    const path = join(cwd, 'layout/index.json');
    await writeFile(path, content);
    const attach = ['attach', './layout:v1', '--artifact-type', SBOM, 'a.txt'];
    const others = [['discover', './layout:v1'], PULL, ['inspect', './layout'], ['resolve', './layout:v1']];
    for (const args of [['push', 'oci:./layout:v2', 'a.txt'], attach, ...others]) {
      const error = await failureHere(5, args, cwd);
      expect(error.code, args[0]).toBe('MALFORMED');
      expect(error.message).toContain('layout/index.json');
    }
    expect((await readFile(path)).equals(Buffer.from(content))).toBe(true);
    expect((await tree(cwd)).filter((name) => /\.tmp$|lock/.test(name))).toEqual([]);
  });

  it('that is broken is told by the program', async () => {
    await writeFile(join(cwd, 'layout/index.json'), '{');
    const error = await failure(5, ['push', 'oci:./layout:v2', 'a.txt'], { cwd });
    expect(error.code).toBe('MALFORMED');
    expect(await readText(cwd, 'layout/index.json')).toBe('{');
  });
});
