import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeFiles } from '../../io/tar/support/archives.js';
import { tempDir, tree } from '../../support/temp.js';
import { failureHere } from '../support/in-process.js';
import { failure, SBOM } from '../support/run.js';

/** Fails with 2, shows what is wrong and what to do, and writes nothing. */
async function misuse(args: readonly string[]) {
  const cwd = await tempDir();
  await makeFiles(cwd, { 'a.txt': 'a', 'sub/a.txt': 'b' });
  const error = await failureHere(2, args, cwd);
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.hint).toBeDefined();
  expect(await tree(cwd)).toEqual(['a.txt', 'sub/a.txt']);
  return error;
}

describe('what is malformed', () => {
  const target = 'oci:./out:v1';
  it.each<[string, string[], string, RegExp]>([
    ['a reference', ['push', 'ghcr.io/Acme/app:v1', 'a.txt'], '"Acme/app" is not a repository name', /acme\/app/],
    ['--json with a value', ['discover', '--json=false', './x'], '--json takes no value', /Leave out --json/],
    ['a flag with no-', ['attach', '--no-settle=true', target, 'a.txt'], '--no-settle takes', /--no-settle alone/],
    ['a flag that has no-', ['attach', '--settle=false', target, 'a.txt'], '--settle takes', /Write --no-settle/],
    ['a tag', ['resolve', 'ghcr.io/acme/app:v 1'], '"v 1" is not a tag', /like ghcr\.io/],
    ['a URL', ['inspect', 'https://ghcr.io/acme/app'], 'is a web address', /^Write ghcr\.io\/acme\/app$/],
    ['a tag of several', ['push', 'oci:./out:v1,.2', 'a.txt'], 'the malformed tag ".2"', /several tags/],
    ['a digest', ['attach', 'oci:./out@sha256:abc'], 'sha256 needs 64 hexadecimal digits, got 3', /64 lower-case/],
    ['a beginning', ['discover', 'oci:./out@sha256:abc'], 'needs at least 8 hexadecimal digits, got 3', /more digits/],
    ['a target with a digest', ['push', `oci:./out@sha256:${'a'.repeat(64)}`, 'a.txt'], 'has a digest', /Leave out/],
    ['the type of a file', ['push', target, 'a.txt:plain'], 'media type of a.txt "plain"', /like application/],
    ['the artifact type', ['push', target, '--artifact-type', 'text/x;q=1', 'a.txt'], 'parameters', /like application/],
    ['the type that is looked for', ['pull', 'oci:./x', '--artifact-type', 'sbom'], 'artifact type "sbom"', /like/],
    ['an annotation', ['push', target, 'a.txt', '-a', 'team'], 'annotation "team" is not KEY=VALUE', /like org/],
    ['an annotation without key', ['push', target, 'a.txt', '-a', '=x'], 'annotation "=x"', /like org/],
    ['an annotation given twice', ['push', target, 'a.txt', '-a', 'k=1', '-a', 'k=2'], 'k is given twice', /once/],
    [
      'the date of an annotation',
      ['push', target, 'a.txt', '-a', 'org.opencontainers.image.created=today'],
      '"today", wanted an RFC 3339 date-time',
      /like 2026/,
    ],
    [
      '--created',
      ['push', target, 'a.txt', '--created', '2026-01-31'],
      '"2026-01-31", wanted an RFC 3339',
      /like 2026/,
    ],
    // Before the place is looked for: that is not there.
    ...['resolve', 'discover', 'inspect', 'pull'].map((command): [string, string[], string, RegExp] => [
      `a platform of ${command}`,
      [command, 'oci:./not-there', '--platform', 'arm64'],
      'platform "arm64"',
      /like linux\/arm64/,
    ]),
    ['an annotation of a layer', ['push', target, 'a.txt', '--layer-annotation', 'a.txt'], 'FILE:KEY=VALUE', /like/],
  ])('%s', async (_what, args, message, hint) => {
    const error = await misuse(args);
    expect(error.message).toContain(message);
    expect(error.hint).toMatch(hint);
  });

  it('SOURCE_DATE_EPOCH', async () => {
    vi.stubEnv('SOURCE_DATE_EPOCH', 'now');
    onTestFinished(() => void vi.unstubAllEnvs());
    const error = await misuse(['push', target, 'a.txt']);
    expect(error.message).toBe('SOURCE_DATE_EPOCH is "now", wanted seconds since 1970');
  });
});

describe('what contradicts itself', () => {
  it.each<[string, string[], string]>([
    ['two files with one title', ['a.txt', './a.txt'], 'two files have the title "a.txt"'],
    ['a file without a name', [''], 'the name of a file is empty'],
    ['standard input without a name', ['-'], 'standard input needs a name to be stored under'],
    ['standard input twice', ['-:a', '-:b'], 'standard input is given 2 times'],
    ['a name for no standard input', ['a.txt', '--name', 'b'], '--name "b" names standard input'],
    [
      'an annotation of a file that is not given',
      ['a.txt', '--layer-annotation', 'b.txt:k=v'],
      '"b.txt", which is not among',
    ],
    ['a title that leads out', ['-:../x'], 'title "../x" cannot be used'],
    [
      'a title by annotation that leads out',
      ['a.txt', '--layer-annotation', 'a.txt:org.opencontainers.image.title=../x'],
      '"../x"',
    ],
  ])('%s', async (_what, words, message) => {
    expect((await misuse(['push', 'oci:./out:v1', ...words])).message).toContain(message);
  });
});

describe('an annotation file', () => {
  it.each<[string, string, number, string]>([
    ['that is no JSON', '{', 2, 'annotations.json'],
    ['with a list', '[]', 2, 'annotations.json'],
    ['with a number', '{"a.txt": {"k": 1}}', 2, 'annotations.json'],
    ['with an unknown key', '{"$layers": {"k": "v"}}', 2, 'has the unknown key $layers'],
    ['with a file that is not given', '{"b.txt": {"k": "v"}}', 2, '"b.txt", which is not among the files'],
    ['for a config that is not given', '{"$config": {"k": "v"}}', 2, '$config'],
  ])('%s', async (_what, content, code, message) => {
    const cwd = await tempDir();
    await makeFiles(cwd, { 'a.txt': 'a', 'annotations.json': content });
    const args = ['push', 'oci:./out:v1', 'a.txt', '--annotation-file', 'annotations.json'];
    const error = await failureHere(code, args, cwd);
    expect(error.message).toContain(message);
    expect(error.hint).toBeDefined();
    expect(await tree(cwd)).toEqual(['a.txt', 'annotations.json']);
  });

  it('that is missing', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'a.txt'), 'a');
    const args = ['push', 'oci:./out:v1', 'a.txt', '--annotation-file', 'none.json'];
    const error = await failureHere(3, args, cwd);
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: 'none.json does not exist' });
  });
});

describe('what the parser refuses', () => {
  it.each<[string[], string, unknown?]>([
    [['push'], 'argument TARGET is missing', expect.stringMatching(/^For example: remora push \S+:v1 \S/)],
    [
      ['attach'],
      'argument SUBJECT is missing',
      expect.stringMatching(/^For example: remora attach \S+:v1 sbom\.spdx\.json$/),
    ],
    [['push', 'oci:./x', '--anotation', 'k=v'], 'unknown flag --anotation', 'Did you mean --annotation?'],
    [['resolve', 'oci:./x', 'oci:./y'], 'unexpected argument oci:./y', 'resolve takes one argument, REFERENCE'],
    [['pull', 'oci:./x', '--latest', '--all'], '--all and --latest exclude each other'],
    [
      ['discover', 'oci:./x', '--format', 'yaml'],
      '--format is "yaml", wanted one of tree, table, json, markdown, mermaid, dot, html',
      'Did you mean json?',
    ],
    [['discover', 'oci:./x', '--depth', '0'], '--depth is "0", wanted an integer greater than or equal to 1'],
    [['push', 'oci:./x', '--concurrency', 'many'], '--concurrency is "many", wanted an integer'],
  ])('%j', async (args, message, hint = `See remora ${args[0]} --help`) => {
    expect(await misuse(args)).toMatchObject({ message, hint });
  });

  it('is told by the program as well, and so is a command that does not exist', async () => {
    const cwd = await tempDir();
    // oclif has more to say where it takes the environment for a developer's.
    const missing = await failure(2, ['push'], { cwd, env: { NODE_ENV: 'development' } });
    expect(missing).toMatchObject({ message: 'argument TARGET is missing' });
    expect(missing.hint).toMatch(/^For example: remora push /);
    const unknown = await failure(2, ['psuh', 'oci:./x', 'secret.txt'], { cwd });
    expect(unknown).toMatchObject({ message: '"psuh" is not a command', hint: 'Did you mean remora push?' });
  });

  it('is a small object without the arguments, which may hold passwords', async () => {
    const secret = 'hunter2-in-argv';
    const args = ['attach', 'oci:./x', '--artifact-type', SBOM, '-a', `token=${secret}`, '--nope'];
    const error = await misuse(args);
    expect(JSON.stringify(error)).not.toContain(secret);
    expect(JSON.stringify(error).length).toBeLessThan(400);
    const url = await misuse(['resolve', `https://somebody:${secret}@ghcr.io/acme/app`]);
    expect(JSON.stringify(url)).not.toContain(secret);
  });
});
