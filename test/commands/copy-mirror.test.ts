import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resultSchemas } from '../../src/operations/schemas/schemas.js';
import { failureHere, runHere } from './support/in-process.js';

const TAGS = ['1.0.0', 'v1.2.0', '1.3.0-rc.1', '2.0.0', '1.2', 'latest', '1.2.0_build.5'];
let cwd: string;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'remora-mirror-'));
  for (const tag of TAGS) {
    await writeFile(join(cwd, tag), `content of ${tag}`);
    await done('push', `oci:source:${tag}`, tag, '--artifact-type', 'application/x.app');
  }
});

afterAll(() => rm(cwd, { recursive: true }));

async function done(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(words, cwd);
  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  return stdout;
}

let count = 0;
const copied = async (...words: string[]): Promise<readonly string[]> => {
  const result = JSON.parse(await done('copy', 'oci:source', `oci:to-${++count}`, '--json', ...words));
  return z
    .object({ tags: z.array(z.object({ tag: z.string() })) })
    .parse(resultSchemas.copy.parse(result))
    .tags.map(({ tag }) => tag);
};

describe('tags of a copy', () => {
  it.each<[string, string[], string[]]>([
    ['a range', ['--semver', '>=1 <2'], ['1.0.0', '1.2.0_build.5', 'v1.2.0']],
    ['a range with a prerelease', ['--semver', '>=1.3.0-a <2'], ['1.3.0-rc.1']],
    ['several ranges', ['--semver', '2.x || 1.0.x'], ['1.0.0', '2.0.0']],
    ['a range of the tags that fit', ['--tag', 'v*', '--semver', '*'], ['v1.2.0']],
    ['a range of all', ['--all-tags', '--semver', '>=2'], ['2.0.0']],
    ['all but some', ['--all-tags', '--no-tag', '1*', '--no-tag', 'l?test'], ['2.0.0', 'v1.2.0']],
    ['a range but some', ['--semver', '^1', '--no-tag', '*_build*'], ['1.0.0', 'v1.2.0']],
    ['a pattern but some', ['--tag', '1.*', '--no-tag', '*rc*', '--no-tag', '*_*'], ['1.0.0', '1.2']],
  ])('are those of %s', async (_, words, wanted) => {
    expect(await copied(...words)).toEqual(wanted);
  });

  it('of a file are narrowed as well', async () => {
    await writeFile(join(cwd, 'wanted'), '1.0.0\n2.0.0\nlatest\n');
    expect(await copied('--tags-from', 'wanted', '--no-tag', 'latest')).toEqual(['1.0.0', '2.0.0']);
    expect(await copied('--tags-from', 'wanted', '--semver', '>=2')).toEqual(['2.0.0']);
  });

  it.each([
    ['a range without a tag', ['--semver', '>=9']],
    ['a pattern without a tag', ['--tag', 'x*']],
    ['all but all', ['--all-tags', '--no-tag', '*']],
    ['a range of tags that are not versions', ['--tag', 'latest', '--semver', '*']],
    ['a range of an empty list', ['--tags-from', 'empty', '--semver', '^1']],
  ])('that are none end the command with 3 and what is there: %s', async (_, words) => {
    await writeFile(join(cwd, 'empty'), '# none today\n');
    const error = await failureHere(3, ['copy', 'oci:source', 'oci:never', ...words], cwd);
    expect(error).toMatchObject({
      code: 'NO_MATCH',
      message: 'oci:source has no tag that fits',
      candidates: [...TAGS].sort(),
    });
    expect(error.hint).toContain('1.0.0');
  });

  it.each<[string, string[], string]>([
    ['a range that is none', ['--semver', 'newest'], '"newest" is not a range of versions'],
    ['classes of characters', ['--all-tags', '--no-tag', '[0-9]*'], 'pattern "[0-9]*" has "[", which no tag has'],
    ['an empty range', ['--semver', ''], '"" is not a range of versions'],
    [
      'tags to leave out of those of no flag',
      ['--no-tag', 'x'],
      '--no-tag is given, and no flag that copies several tags',
    ],
    ['--overwrite with --no-clobber', ['--overwrite', '--no-clobber'], 'exclude each other'],
  ])('that make no sense end it with 2: %s', async (_, words, said) => {
    expect((await failureHere(2, ['copy', 'oci:source', 'oci:never', ...words], cwd)).text).toContain(said);
  });

  it('stand beside no tag in the reference', async () => {
    const { text } = await failureHere(2, ['copy', 'oci:source:2.0.0', 'oci:never', '--semver', '2'], cwd);
    expect(text).toContain('names one tag or digest');
  });
});

describe('--no-clobber', () => {
  it('names the tags that stay, for people and programs, and ends with 0', async () => {
    await done('copy', 'oci:source:1.0.0', 'oci:kept:latest');
    const { code, stdout, stderr } = await runHere(
      ['copy', '--all-tags', '--no-clobber', 'oci:source', 'oci:kept'],
      cwd,
    );
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Kept: +latest$/m)]);
    expect(stderr).toMatch(/^remora: tag latest stays: it names sha256:\w{64}, the source has sha256:\w{64}\n$/);
    const { kept } = resultSchemas.copy.parse(
      JSON.parse(await done('copy', '--all-tags', '--no-clobber', '--json', 'oci:source', 'oci:kept')),
    );
    expect(kept).toMatchObject([{ tag: 'latest' }]);
    const only = await runHere(['copy', '--no-clobber', 'oci:source:latest', 'oci:kept'], cwd);
    expect([only.code, only.stdout]).toEqual([0, expect.stringMatching(/^Copied: +no tag$/m)]);
    await done('copy', '--no-clobber', 'oci:source:latest', 'oci:kept:newest');
  });

  it('leaves an archive that is there', async () => {
    await done('copy', '--no-clobber', 'oci:source:latest', 'oci-archive:a.tar');
    const { code } = await failureHere(7, ['copy', '--no-clobber', 'oci:source:latest', 'oci-archive:a.tar'], cwd);
    expect(code).toBe('EXISTS');
  });
});
