import { describe, expect, it } from 'vitest';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { makeFiles } from '../io/tar/support/archives.js';
import type { RegistryOptions } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** A registry with an image as v1, and a layout; each has artifacts as `a` and `b`. */
async function places(options: RegistryOptions = {}) {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'b.txt': 'b' });
  const { registry, image } = await withImage(options);
  const repository = image.slice(0, -':v1'.length);
  const all = [repository, 'oci:./layout'];
  for (const place of all)
    for (const name of ['a', 'b']) await runHere(['push', `${place}:${name}`, `${name}.txt`], cwd);
  return { cwd, registry, repository, all };
}

describe('index', () => {
  it('shows what it made, with its members and their platforms', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const words = ['index', 'create', `${place}:all,latest`, 'a', 'b', '--platform', 'a=linux/arm/v7'];
      const { code, stdout, stderr } = await runHere(words, cwd);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(
        /^Created: {2}\S+@sha256:\w+\nTags: {5}all, latest\nMembers:\n\+ linux\/arm\/v7 {2}sha256:\w+/,
      );
      expect((await runHere(words, cwd)).stdout).toContain('(was there already)');
      const removed = await runHere(['index', 'remove', `${place}:all`, 'linux/arm/v7'], cwd);
      expect(removed.stdout).toMatch(/Tags: {6}all \(was sha256:\w+…\)\nMembers:\n {2}- .*\n- linux\/arm\/v7 /);
    }
  });

  it('gives JSON that fits its schema', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const fields = [
        'reference',
        'mediaType',
        'digest',
        'size',
        'tags',
        'result',
        'manifests',
        'added',
        'removed',
        'moved',
      ];
      for (const words of [
        ['create', `${place}:all`, 'a', '--platform', 'linux/amd64', '--member-annotation', 'x.of=a'],
        ['add', `${place}:all`, `${place}:b`],
        ['annotate', `${place}:all`, '--member', 'b', 'k=v'],
        ['remove', `${place}:all`, 'a', 'b'],
      ]) {
        const { stdout } = await runHere(['index', ...words, '--json'], cwd);
        resultSchemas['index add'].parse(JSON.parse(stdout));
        expect(Object.keys(JSON.parse(stdout)).filter((key) => key !== 'copied')).toEqual(fields);
      }
    }
  });

  it('tells which member a flag means', async () => {
    const { cwd } = await places();
    const member = 'oci:./layout:b';
    const words = ['index', 'create', 'oci:./new:all', 'oci:./layout:a', member];
    const flags = ['--platform', `${member}=windows:10.0.1/amd64`, '--member-annotation', `${member}:x.k=a:b=c`];
    const { stdout } = await runHere([...words, ...flags, '--json'], cwd);
    const { manifests } = resultSchemas['index create'].parse(JSON.parse(stdout));
    expect(manifests[0]).not.toHaveProperty('platform');
    expect(manifests[1]).toMatchObject({ platform: 'windows:10.0.1/amd64', annotations: { 'x.k': 'a:b=c' } });
  });

  it.each<[number, string, readonly string[], string]>([
    [2, 'a digest as target', ['add', `PLACE@${DIGEST}`, 'a'], 'digest'],
    [2, 'a target without a tag', ['add', 'PLACE', 'a'], 'tag'],
    [2, 'a member that is malformed', ['add', 'PLACE:all', 'sha256:12'], 'sha256:12'],
    [2, 'a platform that is malformed', ['add', 'PLACE:all', 'a', '--platform', 'linux'], 'os/architecture'],
    [2, 'a platform of nobody', ['create', 'PLACE:all', 'a', 'b', '--platform', 'linux/amd64'], 'member'],
    [2, 'a platform of another', ['create', 'PLACE:all', 'a', 'b', '--platform', 'c=linux/amd64'], 'member'],
    [2, 'an annotation that is malformed', ['create', 'PLACE:all', 'a', '--annotation', 'x'], 'KEY=VALUE'],
    [2, 'an artifact type that is malformed', ['create', 'PLACE:all', '--artifact-type', 'x y'], 'artifact type'],
    [1, 'an archive as target', ['create', 'oci-archive:x.tar:all', 'a'], 'archive'],
    [2, 'a subject of another place', ['create', 'PLACE:all', '--subject', 'ghcr.io/acme/app:v1'], 'subject'],
    [2, 'nothing to change', ['annotate', 'PLACE:all'], 'change'],
    [2, 'a member of another place to remove', ['remove', 'PLACE:all', 'ghcr.io/acme/app:v1'], 'place'],
    [3, 'a member that is not there', ['create', 'PLACE:all', 'a', 'nothing'], 'nothing'],
    [3, 'an index that is not there', ['remove', 'PLACE:nothing', 'a'], 'nothing'],
    [3, 'an index to annotate that is not there', ['annotate', 'PLACE:nothing', 'k=v'], 'nothing'],
    [7, 'a tag that is not an index', ['add', 'PLACE:a', 'b'], 'not an index'],
    [7, 'a tag of something else', ['create', 'PLACE:a', 'b'], '--overwrite'],
    [7, 'a platform twice', ['create', 'PLACE:all', 'a', 'b', '--platform=a=x/y', '--platform=b=x/y'], 'x/y'],
  ])('ends with %i for %s', async (code, _, words, said) => {
    const { cwd, all } = await places();
    for (const place of all) {
      const before = (await runHere(['repo', 'tags', place], cwd)).stdout;
      const failed = await failureHere(code, ['index', ...words.map((word) => word.replace('PLACE', place))], cwd);
      expect(failed.text).toContain(said);
      expect((await runHere(['repo', 'tags', place], cwd)).stdout).toBe(before);
    }
  });

  it('prints hostile annotations harmlessly', async () => {
    const { cwd, all } = await places();
    const hostile = '\u001b[31mred\u0007';
    const words = ['--member-annotation', `a:org.opencontainers.image.title=${hostile}`];
    const { stdout } = await runHere(['index', 'create', `${all[1]}:all`, 'a', ...words], cwd);
    expect(stdout).toContain('red');
    expect(stdout).not.toContain('\u001b[31m');
    expect(stdout).not.toContain('\u0007');
  });

  it.each([401, 403, 429, 500])('writes nothing where the tag answers %i', async (status) => {
    let isRefusing = false;
    const { cwd, registry, repository } = await places({
      fault: ({ path, method }) =>
        isRefusing && method !== 'PUT' && path.endsWith('/manifests/all') ? { status } : undefined,
    });
    await runHere(['index', 'create', `${repository}:all`, 'a'], cwd);
    isRefusing = true;
    registry.clear();
    const codes = { 401: 4, 403: 4, 429: 6, 500: 6 };
    for (const words of [
      ['add', 'b'],
      ['remove', 'a'],
      ['annotate', 'k=v'],
      ['create', 'b'],
    ]) {
      const [verb = '', word = ''] = words;
      const { code } = await runHere(['index', verb, `${repository}:all`, word, '--max-wait', '0'], cwd);
      expect(code).toBe(Object.entries(codes).find(([key]) => Number(key) === status)?.[1]);
    }
    expect(registry.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('pushes an artifact into an index, and says which', async () => {
    const { cwd, all } = await places();
    for (const place of all) {
      const words = ['push', `${place}:all`, 'a.txt', '--platform', 'linux/amd64'];
      const { stdout } = await runHere(words, cwd);
      expect(stdout).toMatch(/^Pushed: {2}.+\nIndex: {3}\S+@sha256:\w+ \(linux\/amd64\)\nTags: {4}\S+:all\n/);
      await failureHere(7, ['push', `${place}:a`, 'b.txt', '--platform', 'linux/amd64'], cwd);
      await failureHere(2, ['push', place, 'b.txt', '--platform', 'linux/amd64'], cwd);
      await failureHere(2, ['push', `${place}:all`, 'b.txt', '--platform', 'linux', '--dry-run'], cwd);
    }
  });
});
