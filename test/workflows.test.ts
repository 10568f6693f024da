import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../.github/workflows/', import.meta.url);

describe.each(readdirSync(folder))('the workflow %s', (name) => {
  const text = readFileSync(new URL(name, folder), 'utf8');

  it('pins its actions by version, and has no more rights than it says', () => {
    const actions = [...text.matchAll(/uses: *(\S+)/g)].map(([, action = '']) => action);
    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^actions\/[\w-]+@v\d+\.\d+\.\d+$/);
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
