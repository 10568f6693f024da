import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import type { RegistryOptions } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const HEX = 'a'.repeat(64);
const TAGS = ['1.2', '1.2.0', '1.9.0', 'latest', 'v1.10.0', '1.10.0-rc.1', '2.0.0'];

async function tagged(options: RegistryOptions = {}, names: readonly string[] = TAGS) {
  const { registry } = await withImage(options);
  const { tags } = registry.repository('team/app');
  const digest = tags.get('v1') ?? '';
  tags.delete('v1');
  for (const tag of names) tags.set(tag, digest);
  registry.clear();
  const cwd = await tempDir();
  const place = `${registry.host}/team/app`;
  const list = (...args: string[]) => runHere(['repo', 'tags', place, ...args], cwd);
  const fail = (code: number, ...args: string[]) => failureHere(code, ['repo', 'tags', place, ...args], cwd);
  return { registry, tags, digest, cwd, place, list, fail };
}

const lines = ({ stdout }: { readonly stdout: string }) => stdout.split('\n').slice(0, -1);

describe('repo tags chooses', () => {
  it('by patterns, any of which is enough, and by a range', async () => {
    const { list } = await tagged();
    expect(lines(await list('--match', '1.*', '--match', 'late?t'))).toEqual([
      '1.10.0-rc.1',
      '1.2',
      '1.2.0',
      '1.9.0',
      'latest',
    ]);
    expect(lines(await list('--semver', '^1.2'))).toEqual(['1.2.0', '1.9.0', 'v1.10.0']);
    expect(lines(await list('--semver', '^1.2', '--match', 'v*'))).toEqual(['v1.10.0']);
    expect(lines(await list('--semver', '>=1.10.0-0'))).toEqual(['1.10.0-rc.1', '2.0.0', 'v1.10.0']);
  });

  it('in the order that is wanted', async () => {
    const { list } = await tagged({}, ['v2', 'v10', 'V3', '1.0.0', '1.10.0', '1.9.0']);
    expect(lines(await list())).toEqual(['1.0.0', '1.10.0', '1.9.0', 'V3', 'v10', 'v2']);
    expect(lines(await list('--sort', 'name'))).toEqual(['1.0.0', '1.10.0', '1.9.0', 'V3', 'v10', 'v2']);
    expect(lines(await list('--sort', 'natural'))).toEqual(['1.0.0', '1.9.0', '1.10.0', 'v2', 'V3', 'v10']);
    expect(lines(await list('--sort', 'semver'))).toEqual(['1.10.0', '1.9.0', '1.0.0', 'V3', 'v10', 'v2']);
  });

  it('asks for no further page than a limit needs, and for all where it sorts', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `1.${String(n).padStart(2, '0')}`);
    const { registry, list } = await tagged({ pageSize: 4 }, names);
    const cut = await list('--limit', '3');
    expect([lines(cut), cut.stderr]).toEqual([names.slice(0, 3), 'remora: not shown: tags beyond the limit of 3\n']);
    expect(registry.count('GET', '/tags/list')).toBe(1);
    registry.clear();
    expect(lines(await list('--limit', '2', '--match', '*6', '--match', '*7'))).toEqual(['1.06', '1.07']);
    expect(registry.count('GET', '/tags/list')).toBe(3);
    registry.clear();
    expect(lines(await list('--limit', '3', '--sort', 'name'))).toEqual(names.slice(0, 3));
    expect(registry.count('GET', '/tags/list')).toBe(5);
    const all = await list('--limit', '20');
    expect([lines(all), all.stderr]).toEqual([names, '']);
  });

  it('and ends with 3 where no tag fits, with those that are there', async () => {
    const { tags, place, list, fail } = await tagged();
    const none = await fail(3, '--match', 'x*', '--semver', '^9');
    expect([none.code, none.message]).toEqual(['NO_MATCH', `${place} has no tag that fits "x*", "^9"`]);
    expect(none.hint).toBe('It has 1.10.0-rc.1, 1.2, 1.2.0, 1.9.0, 2.0.0, latest, v1.10.0');
    tags.set(`sha256-${HEX}`, tags.get('1.2') ?? '');
    expect((await fail(3, '--match', 'sha256-*')).hint).toContain(
      'tags named after a digest (1), which --all takes in',
    );
    expect(lines(await list('--match', 'sha256-*', '--all'))).toEqual([`sha256-${HEX}`]);
    tags.clear();
    expect((await fail(3, '--match', '*')).hint).toBe('It has no tags');
    expect((await list()).code).toBe(0);
  });

  it('and refuses a range, an order and a limit that are none, before any request', async () => {
    const { registry, fail } = await tagged();
    for (const range of ['', 'latest', '^', '1.x || x.y.z.w']) await fail(2, '--semver', range);
    await fail(2, '--sort', 'size');
    for (const limit of ['0', '-1', '1.5', 'many']) await fail(2, `--limit=${limit}`);
    expect(registry.requests).toEqual([]);
  });
});

describe('repo tags --full', () => {
  it('shows digest, size and media type of each, and the same as JSON', async () => {
    const { registry, digest, place, list } = await tagged();
    const result = await list('--full', '--semver', '^1.2', '--sort', 'semver', '--limit', '2');
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const size = registry.repository('team/app').manifests.get(digest)?.bytes.length ?? 0;
    expect(lines(result)).toEqual([`v1.10.0  ${digest}  ${size} B  ${type}`, `1.9.0    ${digest}  ${size} B  ${type}`]);
    expect(registry.count('HEAD', '/manifests/')).toBe(2);
    const { stdout } = await list('--full', '--semver', '2', '--json');
    expect(resultSchemas['repo tags'].parse(JSON.parse(stdout))).toEqual({
      reference: place,
      tags: ['2.0.0'],
      hidden: 0,
      manifests: [{ tag: '2.0.0', mediaType: type, digest, size }],
    });
    const cut = await list('--limit', '1', '--json');
    expect(resultSchemas['repo tags'].parse(JSON.parse(cut.stdout))).toMatchObject({
      tags: ['1.10.0-rc.1'],
      limited: true,
    });
  });

  it('names a tag that goes meanwhile, and fails where a tag could not be asked for', async () => {
    const { tags, list, fail, registry } = await tagged({
      fault: ({ path }) => {
        if (path.includes('/tags/list')) setTimeout(() => tags.delete('latest'));
        return path.endsWith('/manifests/2.0.0') && isDown ? { status: 403 } : undefined;
      },
    });
    let isDown = false;
    tags.set('dangling', `sha256:${HEX}`);
    const result = await list('--full');
    expect(result.code).toBe(0);
    expect(lines(result).filter((line) => line.endsWith('-'))).toEqual(['dangling     -', 'latest       -']);
    expect(result.stderr).toContain('remora: no manifest for dangling: ');
    expect(result.stderr).toContain('remora: no manifest for latest: ');
    isDown = true;
    expect((await fail(4, '--full')).code).toBe('FORBIDDEN');
    isDown = false;
    const found = registry.repository('team/app').manifests.get(tags.get('1.2') ?? '');
    registry
      .repository('team/app')
      .manifests.set(tags.get('1.2') ?? '', { bytes: Buffer.from('{'), mediaType: 'text/plain' });
    expect(found).toBeDefined();
    const damaged = await list('--full', '--match', '1.2', '--json');
    expect(damaged.code).toBe(5);
    expect(resultSchemas['repo tags'].parse(JSON.parse(damaged.stdout)).manifests).toMatchObject([
      { tag: '1.2', error: { code: expect.stringMatching(/MALFORMED|DIGEST_MISMATCH/) } },
    ]);
  });

  it('works in layouts and archives', async () => {
    const cwd = await tempDir();
    await makeFiles(cwd, { 'a.txt': 'a' });
    await runHere(['push', './out:v10,v9,latest', 'a.txt'], cwd);
    await runHere(['copy', './out:v9', './other:v9'], cwd);
    await runHere(['copy', '--all-tags', './out', 'oci-archive:out.tar'], cwd);
    for (const place of ['./out', 'oci-archive:out.tar']) {
      const result = await runHere(['repo', 'tags', place, '--full', '--match', 'v*', '--sort', 'natural'], cwd);
      expect(lines(result).map((line) => line.split(/ +/).slice(0, 1).join())).toEqual(['v9', 'v10']);
      expect(result.stdout).toMatch(/^v9 {3}sha256:[a-f0-9]{64} {2}\d+ B {2}application\/vnd\.oci\.image\.manifest/);
      const cut = await runHere(['repo', 'tags', place, '--limit', '1'], cwd);
      expect(lines(cut)).toEqual(['latest']);
      expect((await failureHere(3, ['repo', 'tags', place, '--semver', '^1'], cwd)).hint).toBe(
        'It has latest, v10, v9',
      );
    }
  });
});
