import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run } from './support/peers.js';
import { tempDir } from './support/temp.js';

const folder = new URL('../.github/workflows/', import.meta.url);

describe.each(readdirSync(folder))('the workflow %s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');

  it('pins its actions by commit, and has no more rights than it says', () => {
    const actions = [...text.matchAll(/uses: *(.+)/g)].map(([, action = '']) => action);
    expect(actions.length).toBeGreaterThan(0);
    // A tag can be moved, a commit cannot; the version is for readers and for Dependabot.
    for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(text).toMatch(/^permissions: *(\{\}|\n {2}contents: read\n)/m);
    expect(text).not.toMatch(/write-all|pull_request_target/);
    // The key of releases, which an environment guards.
    const secrets = [...text.matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
    expect(secrets).toEqual(name === 'release.yml' ? ['RELEASE_KEY'] : []);
  });

  it('makes no shell command of what others write', () => {
    const commands = [...text.matchAll(/run: *(\|\n(?: {10}.*\n)+|.*)/g)].map(([, command = '']) => command);
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) expect(command).not.toContain('${{');
  });
});

it('the release is the only workflow that writes: one job to npm, another to the release and its registry', () => {
  const writing = readdirSync(folder).flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return [...text.matchAll(/([\w-]+): write/g)].map(([, right]) => `${name} ${right}`);
  });
  const own = ['id-token', 'contents', 'id-token', 'attestations', 'packages'];
  expect(writing).toEqual(own.map((right) => `release.yml ${right}`));
});

describe.skipIf(process.platform === 'win32')('a tag', () => {
  const DATED = '## 1.2.0 (2026-01-31)';
  it.each([
    ['v1.2.0', DATED, 'acme', 0, ''],
    ['v1.2.1', DATED, 'acme', 1, 'release: the tag v1.2.1 is not v1.2.0, the version in package.json\n'],
    ['1.2.0', DATED, 'acme', 1, 'release: the tag 1.2.0 is not v1.2.0, the version in package.json\n'],
    ['v1.2.0', '## 1.2.0 (unreleased)', 'acme', 1, 'release: CHANGELOG.md wants the heading: ## 1.2.0 (YYYY-MM-DD)\n'],
    ['v1.2.0', '## 11210 (2026-01-31)', 'acme', 1, 'release: CHANGELOG.md wants the heading: ## 1.2.0 (YYYY-MM-DD)\n'],
    ['v1.2.0', DATED, 'OWNER', 1, 'release: package.json wants a name for OWNER\n'],
  ])('%s with "%s" of %s ends with %i', async (tag, heading, owner, code, stderr) => {
    const cwd = await tempDir();
    await mkdir(join(cwd, '.ci'));
    const script = join(cwd, '.ci', 'release');
    await copyFile(fileURLToPath(new URL('../.ci/release', import.meta.url)), script);
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ version: '1.2.0', homepage: `https://x/${owner}` }));
    await writeFile(join(cwd, 'CHANGELOG.md'), `# Changelog\n\n${heading}\n\nText.\n`);
    expect(await run(script, ['tag', tag], { cwd })).toMatchObject({ code, stderr });
  });
});
