import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { listLogins } from '../../../src/operations/login/list-logins.js';
import { login } from '../../../src/operations/login/login.js';
import { logout } from '../../../src/operations/logout/logout.js';
import { resultSchemas } from '../../../src/operations/schemas/schemas.js';
import { withDockerConfig } from '../../support/docker-config.js';
import { startRegistry } from '../../support/registry.js';

const BASIC = { auth: { type: 'basic', users: { ann: 'correct' } } } as const;

afterEach(() => vi.unstubAllEnvs());

async function withConfig(...options: Parameters<typeof withDockerConfig>) {
  const config = await withDockerConfig(...options);
  for (const [name, value] of Object.entries(config.env)) if (process.env[name] !== value) vi.stubEnv(name, value);
  return config;
}

async function host(options = {}): Promise<string> {
  const registry = await startRegistry(options);
  onTestFinished(() => registry.close());
  return registry.host;
}

describe('login', () => {
  it('verifies and stores, and is listed and forgotten again', async () => {
    const { file } = await withConfig({});
    const registry = await host(BASIC);
    const result = await login(registry, { username: 'ann', password: 'correct' });
    expect(result).toMatchObject({ isHelper: false, askedFirst: [] });
    const shown = { registry, username: 'ann', stored: file, verified: true };
    expect(resultSchemas.login.parse(JSON.parse(JSON.stringify(result)))).toEqual(shown);
    const { credentials, certificates, places } = await listLogins();
    expect(credentials).toEqual([{ registry, username: 'ann', kind: 'password', from: file, used: true }]);
    expect(certificates).toEqual([]);
    expect(places).toContainEqual({ from: file, found: true });
    expect(await logout(registry)).toEqual({ registry, removed: [file] });
    expect(await logout(registry)).toEqual({ registry, removed: [] });
  });

  it('stores nothing that the registry refuses, and says so', async () => {
    const { file } = await withConfig({});
    const before = await readFile(file, 'utf8');
    const refused = login(await host(BASIC), { username: 'ann', password: 'wrong' });
    await expect(refused).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      hint: 'Check the name and the password or token; nothing was stored',
    });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('tells that an open registry verified nothing, and who is asked before', async () => {
    const registry = await host();
    const { file } = await withConfig({});
    vi.stubEnv('DOCKER_AUTH_CONFIG', JSON.stringify({ auths: { [registry]: { auth: 'YW5uOmI=' } } }));
    const result = await login(registry, { identityToken: 'token' });
    expect(result).toMatchObject({ stored: file, verified: false, askedFirst: ['DOCKER_AUTH_CONFIG'] });
    expect(await logout(registry)).toEqual({ registry, removed: [file], kept: ['DOCKER_AUTH_CONFIG'] });
  });

  it('names the places that could not be asked', async () => {
    await withConfig({}, { credsStore: 'none-such' });
    const way = 'docker-credential-none-such';
    for (const { incomplete } of [await listLogins(), await logout('reg.example')])
      expect(incomplete).toMatchObject([{ way, error: { code: 'UNAUTHORIZED', message: expect.any(String) } }]);
  });
});
