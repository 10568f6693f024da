import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { inspect } from '../../src/operations/inspect/inspect.js';
import { lookedAt } from '../../src/operations/looked/looked-at.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const SPDX = '{"spdxVersion":"SPDX-2.3"}';

async function layout() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'a');
  await writeFile(join(cwd, 'sbom.spdx.json'), SPDX);
  const out = async (...args: string[]) => {
    const { code, stdout, stderr } = await runHere(args, cwd);
    expect([code, stderr], args.join(' ')).toEqual([0, '']);
    return stdout;
  };
  await out('push', './l:v1', 'a.txt');
  await out('attach', './l:v1', 'sbom.spdx.json');
  await out('copy', '-r', './l:v1', 'oci-archive:l.tar:v1');
  const digest = (await out('resolve', './l:v1')).trim();
  const [sbom] = JSON.parse(await out('discover', '--json', './l:v1')).referrers;
  return { cwd, out, digest, hex: digest.slice(7), sbom: String(sbom.digest) };
}

/** Two manifests of which the digests begin with the same 8 digits. */
function twins(): readonly [string, string] {
  const known = new Map<string, string>();
  for (let count = 0; ; count++) {
    const text = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [],
      annotations: { count: String(count) },
    });
    const begins = digestOf(Buffer.from(text)).slice(7, 15);
    const other = known.get(begins);
    if (other !== undefined) return [other, text];
    known.set(begins, text);
  }
}

describe('the beginning of a digest, where something is looked at', () => {
  it.each([
    ['alpine', { registry: 'docker.io', repository: 'library/alpine' }],
    ['alpine:3.20', { registry: 'docker.io', repository: 'library/alpine', tag: '3.20' }],
    ['./v1', { path: './v1' }],
  ])('is not the whole name %s', (text, place) => {
    expect(lookedAt(text)).toEqual({ place: expect.objectContaining(place) });
  });

  it('is not in a word without a repository, which is shown whole', async () => {
    const cwd = await tempDir();
    for (const command of ['discover', 'inspect', 'resolve', 'pull', 'manifest get', 'blob get'])
      expect((await failureHere(2, [...command.split(' '), 'ghcr.io'], cwd)).message).toMatch(/"ghcr\.io"/);
  });

  it('leads to a manifest of a layout and of an archive, beside its tag as well', async () => {
    const { out, digest, hex } = await layout();
    for (const place of ['./l', 'oci:./l', './l:v1', 'oci-archive:l.tar', 'oci-archive:l.tar:v1'])
      for (const begins of [hex.slice(0, 8), `sha256:${hex.slice(0, 12)}`])
        expect(await out('resolve', `${place}@${begins}`), place).toBe(`${digest}\n`);
    expect(await out('inspect', `./l@${hex.slice(0, 8)}`)).toContain(`oci:./l@${digest}`);
    expect(await out('discover', `./l@${hex.slice(0, 8)}`)).toContain('sbom');
    expect(digestOf(Buffer.from(await out('manifest', 'get', `./l@${hex.slice(0, 8)}`)))).toBe(digest);
    const blob = digestOf(Buffer.from('a'));
    expect(await out('blob', 'get', '-o', 'b.txt', `./l@${blob.slice(7, 15)}`)).toBe('');
    await out('pull', '-o', 'pulled', `./l@${hex.slice(0, 8)}`);
  });

  it('selects an attachment of discover and of pull', async () => {
    const { cwd, out, sbom } = await layout();
    const begins = sbom.slice(7, 19);
    const { referrers } = JSON.parse(await out('discover', '--json', '--digest', begins, './l:v1'));
    expect(referrers).toMatchObject([{ digest: sbom }]);
    await out('pull', '-o', 'got', '--digest', `sha256:${begins}`, './l:v1');
    expect(await readFile(join(cwd, 'got', 'sbom.spdx.json'), 'utf8')).toBe(SPDX);
    expect(await failureHere(3, ['pull', '--digest', '00000000', './l:v1'], cwd)).toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('nothing of digest 00000000… attached'),
    });
  });

  it('lists the candidates where it is ambiguous, and regards manifests alone', async () => {
    const { cwd, out, digest, hex } = await layout();
    const digests: string[] = [];
    for (const [index, text] of twins().entries()) {
      await writeFile(join(cwd, `${index}.json`), text);
      await out('manifest', 'put', `./l:twin${index}`, `${index}.json`);
      digests.push(digestOf(Buffer.from(text)));
    }
    const begins = digests[0]?.slice(7, 15) ?? '';
    const error = await failureHere(7, ['inspect', `./l@${begins}`], cwd);
    expect(error).toMatchObject({
      code: 'AMBIGUOUS',
      message: `2 manifests of oci:./l begin with ${begins}`,
      hint: 'Write more than 8 digits of the one that is meant',
    });
    expect([...(error.candidates ?? [])].sort()).toEqual(
      digests.map((each) => `oci:./l@${each}  application/vnd.oci.image.index.v1+json`).sort(),
    );
    await writeFile(join(cwd, 'l', 'blobs', 'sha256', `${hex.slice(0, 8)}${'0'.repeat(56)}`), 'not a manifest');
    expect(await out('resolve', `./l@${hex.slice(0, 8)}`)).toBe(`${digest}\n`);
    expect(await failureHere(7, ['blob', 'get', '-o', 'x', `./l@${hex.slice(0, 8)}`], cwd)).toMatchObject({
      code: 'AMBIGUOUS',
    });
  });

  it('is looked up behind a tag of a registry, and not in the registry', async () => {
    const { image, registry } = await withImage();
    const { cwd, out } = await layout();
    await out('attach', '--no-settle', image, 'sbom.spdx.json');
    const [{ digest }] = JSON.parse(await out('discover', '--json', image)).referrers;
    expect(await out('resolve', `${image}@${digest.slice(7, 19)}`)).toBe(`${digest}\n`);
    expect(await failureHere(3, ['inspect', `${image}@00000000`], cwd)).toMatchObject({ code: 'NOT_FOUND' });
    const repository = `${registry.host}/team/app`;
    expect(await failureHere(2, ['inspect', `${repository}@sha256:${digest.slice(7, 19)}`], cwd)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: `Name a tag that leads to it, like ${repository}:TAG@sha256:${digest.slice(7, 19)}, or write the whole digest`,
    });
  });

  it('must have 8 digits, lower-case and hexadecimal', async () => {
    const { cwd, hex } = await layout();
    for (const wrong of [hex.slice(0, 7), `sha256:${hex.slice(0, 7)}`, 'ABCDEF12', 'sha256:abcdefgh'])
      for (const args of [
        ['inspect', `./l@${wrong}`],
        ['inspect', `localhost:5000/a@${wrong}`],
        ['discover', '--digest', wrong, './l:v1'],
      ])
        expect(await failureHere(2, args, cwd), args.join(' ')).toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringContaining(`digest "${wrong}" is not well formed: `),
        });
  });

  it('does not hide a layout whose path has an @', async () => {
    const { out, digest } = await layout();
    await out('copy', '-r', './l:v1', 'oci:./m@deadbeef:v1');
    await out('copy', '-r', './l:v1', 'oci:./m:v1');
    expect(await out('resolve', './m@deadbeef:v1')).toBe(`${digest}\n`);
    expect(await out('resolve', './m@deadbeef')).toBe(`${digest}\n`);
  });
});

describe('the beginning of a digest, elsewhere', () => {
  it('is refused where something is verified, removed or changed', async () => {
    const { cwd, hex, digest } = await layout();
    const begins = hex.slice(0, 12);
    const wrong = `digest "${begins}" is only a beginning, wanted all 64 digits here, got 12`;
    for (const args of [
      ['detach', '--dry-run', '--digest', begins, './l:v1'],
      ['detach', '--dry-run', '--all', `./l@${begins}`],
      ['prune', '--dry-run', '--duplicates', '--digest', begins, './l'],
      ['copy', '-r', '--digest', begins, './l:v1', './m'],
      ['copy', `./l@${begins}`, './m'],
      ['copy', './l:v1', `./l@${begins}`],
      ['tag', `./l@${begins}`, 'v2'],
      ['attach', `./l@${begins}`, 'a.txt:text/plain'],
      ['annotate', `./l@${begins}`, 'a=b'],
      ['check', `./l@${begins}`],
      ['manifest', 'delete', '--yes', `./l@${begins}`],
      ['blob', 'delete', '--yes', `./l@${begins}`],
    ])
      expect(await failureHere(2, args, cwd), args.join(' ')).toMatchObject({ message: wrong });
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(cwd, 'key.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
    const key = ['--verify', '--key', 'key.pub'];
    for (const args of [
      ['verify', '--key', 'key.pub', `./l@${begins}`],
      ['pull', ...key, `./l@${begins}`],
      ['pull', ...key, '--digest', begins, './l:v1'],
    ])
      expect(await failureHere(2, args, cwd), args.join(' ')).toMatchObject({
        message: expect.stringContaining('is only a beginning'),
      });
    expect((await runHere(['resolve', './l:v1'], cwd)).stdout).toBe(`${digest}\n`);
  });

  it('is refused by the library, unless its option names it', async () => {
    const { cwd, hex, digest } = await layout();
    const place = `oci:${join(cwd, 'l')}`;
    await expect(inspect(`${place}@sha256:${hex.slice(0, 12)}`)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(inspect(place, { digestBeginning: hex.slice(0, 12) })).resolves.toMatchObject({ digest });
  });
});
