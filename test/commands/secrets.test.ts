import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import type { RegistryOptions } from '../support/registry.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { startTokenServer, type TokenServerOptions } from '../support/token-server.js';
import { runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';

const PASSWORD = 'correct-horse-battery-42';
const credentials = { username: 'robot', password: PASSWORD };
const ENCODED = Buffer.from(`robot:${PASSWORD}`).toString('base64');

const commands = (image: string): string[][] => [
  ['push', image.replace(':v1', ':new'), 'a.txt'],
  ['attach', image, '--artifact-type', SBOM, 'a.txt', '--confirm'],
  ['discover', image],
  ['pull', image, '--artifact-type', SBOM, '-o', 'out'],
  ['inspect', image],
  ['resolve', image],
];

/** Runs all commands with the password in Docker's config, and gives all that they print and all that they sent. */
async function runAll(options: RegistryOptions, config?: (host: string) => string) {
  const { registry, image } = await withImage(options);
  const cwd = await tempDir();
  await writeFile(join(cwd, 'a.txt'), 'a');
  const docker = await withDockerConfig({ [registry.host]: credentials });
  if (config !== undefined) await writeFile(docker.file, config(registry.host));
  for (const [name, value] of Object.entries(docker.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const codes: (number | null)[] = [];
  let output = '';
  for (const args of commands(image)) {
    for (const words of [args, [...args, '--json']]) {
      const { code, stdout, stderr } = await runHere(words, cwd);
      codes.push(code);
      output += stdout + stderr;
    }
  }
  const sent = registry.requests.flatMap(({ headers }) => headers.authorization?.split(' ')[1] ?? []);
  return { codes: [...new Set(codes)], output, sent, env: docker.env, image, cwd };
}

function expectNoSecret(output: string, sent: readonly string[] = []): void {
  for (const secret of [PASSWORD, ENCODED, ...new Set(sent)]) expect(output).not.toContain(secret);
}

describe('the password in the Docker config never shows', () => {
  it('when it is right', async () => {
    const { codes, output, sent, env, image } = await runAll({ auth: { type: 'basic', users: { robot: PASSWORD } } });
    expect(codes).toEqual([0]);
    expect(sent).toContain(ENCODED);
    expectNoSecret(output, sent);
    const program = await remora(['discover', image, '--json'], { env });
    expect(program.code).toBe(0);
    expectNoSecret(program.stdout + program.stderr);
  });

  it('when it is wrong', async () => {
    const { codes, output, sent, env, image } = await runAll({ auth: { type: 'basic', users: { robot: 'other' } } });
    expect(codes).toEqual([4]);
    expect(sent).toContain(ENCODED);
    expectNoSecret(output, sent);
    const program = await remora(['discover', image], { env });
    expect(program.code).toBe(4);
    expectNoSecret(program.stdout + program.stderr);
  });

  it.each<[string, TokenServerOptions, number]>([
    ['hands out tokens', { users: { robot: PASSWORD } }, 0],
    ['refuses it', { users: { robot: 'other' } }, 4],
    // With so long a wait what fails is not tried again, which would take seconds for each command.
    ['fails', { fault: () => ({ status: 500, headers: { 'retry-after': '3600' } }) }, 6],
    ['redirects', { redirect: 'http://127.0.0.1:1/token' }, 4],
    ['talks nonsense', { padTo: 200_000 }, 5],
  ])('when a token server %s; nor does a token', async (_how, tokenOptions, code) => {
    const tokens = await startTokenServer({ users: { robot: PASSWORD }, ...tokenOptions });
    onTestFinished(() => tokens.close());
    const { realm, verify } = tokens;
    const { codes, output, sent } = await runAll({ auth: { type: 'bearer', realm, service: 'test', verify } });
    expect(codes).toEqual([code]);
    expectNoSecret(output, sent);
    if (code === 0) expect(sent.length).toBeGreaterThan(0);
  });

  it('when a token server is down', async () => {
    const tokens = await startTokenServer({ fault: () => 'reset' });
    onTestFinished(() => tokens.close());
    const { realm, verify } = tokens;
    const { registry, image } = await withImage({ auth: { type: 'bearer', realm, service: 'test', verify } });
    const { env } = await withDockerConfig({ [registry.host]: credentials });
    // All at once: each tries for some seconds.
    const results = await Promise.all(
      [[], ['--json'], ['--debug']].map((more) => remora(['resolve', image, ...more], { env })),
    );
    expect(results.map(({ code }) => code)).toEqual([6, 6, 6]);
    for (const { stdout, stderr } of results) expectNoSecret(stdout + stderr);
  });

  it('when the registry sends back what it was sent', async () => {
    const auth = { type: 'basic', users: { robot: PASSWORD } } as const;
    const { codes, output, sent } = await runAll({
      auth,
      fault: ({ headers }) =>
        headers.authorization === undefined ? undefined : { status: 400, body: `you sent ${headers.authorization}` },
    });
    expect(codes).toEqual([1]);
    expect(sent).toContain(ENCODED);
    expectNoSecret(output, sent);
  });

  it.each<[string, (host: string) => string, number]>([
    ['no JSON', (host) => `{"auths": {"${host}": {"auth": "${ENCODED}"`, 5],
    ['of the wrong shape', (host) => `{"auths": {"${host}": {"auth": ["${ENCODED}"], "password": "${PASSWORD}"}}}`, 5],
    ['without a colon', (host) => `{"auths": {"${host}": {"auth": "${Buffer.from(PASSWORD).toString('base64')}"}}}`, 5],
  ])('when the config is %s', async (_how, config, code) => {
    const { codes, output } = await runAll({ auth: { type: 'basic', users: {} } }, config);
    expect(codes).toEqual([code]);
    expectNoSecret(output, [Buffer.from(PASSWORD).toString('base64')]);
    expect(output).toContain('config.json');
  });
});
