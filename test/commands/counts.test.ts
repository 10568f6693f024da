import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { type Proxy as CountingProxy, startProxy } from '../support/proxy.js';
import type { RegistryOptions } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { startTokenServer } from '../support/token-server.js';
import { runHere } from './support/in-process.js';
import { SBOM, success, withImage } from './support/run.js';

const LATENCY = 150;

/** A registry behind a proxy that counts, and makes every request take its time. */
async function begin(options: RegistryOptions = {}, latency = LATENCY) {
  const { registry } = await withImage(options);
  const proxy = await startProxy(registry.host, { latency });
  onTestFinished(() => proxy.close());
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdx":1}');
  return { registry, proxy, cwd, image: `${proxy.host}/team/app:v1` };
}

/** A command that must succeed. */
async function done(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(args, cwd);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** What was asked twice, but for the list of a referrers tag, which is read back after it was written. */
function repeated(proxy: CountingProxy) {
  return proxy.duplicates().filter(({ method, path }) => !(method === 'GET' && /\/manifests\/sha256-/.test(path)));
}

const lines = (proxy: CountingProxy) =>
  proxy.requests.map(({ method, path, status }) => `${status} ${method} ${path}`).join('\n');

describe('attaching one small file', () => {
  const attach = (image: string) => ['attach', image, '--artifact-type', SBOM, 'sbom.json'];

  it('takes at most 3 requests in series with the API, and asks nothing twice', async () => {
    const { proxy, cwd, image } = await begin();
    await done(attach(image), cwd);
    expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(3);
    expect(repeated(proxy)).toEqual([]);
  });

  it('takes at most 5 without the API, read-back included', async () => {
    const { proxy, cwd, image } = await begin({ referrers: 'none' });
    await done(attach(image), cwd);
    expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(5);
    expect(repeated(proxy)).toEqual([]);
    expect(proxy.count('PUT', '/manifests/sha256-')).toBe(1);
    expect(proxy.count('GET', '/manifests/sha256-')).toBe(2);
  });

  it('takes no more when everything is there already', async () => {
    for (const options of [{}, { referrers: 'none' } as const]) {
      const { proxy, cwd, image } = await begin(options);
      await done(attach(image), cwd);
      proxy.clear();
      await done(attach(image), cwd);
      expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(4);
      expect(repeated(proxy)).toEqual([]);
      expect(proxy.count('PUT', '/blobs/')).toBe(0);
      expect(proxy.count('PUT', '/manifests/sha256-')).toBe(0);
    }
  });
});

describe('pushing', () => {
  it('several files with several tags takes 3 requests in series, and asks nothing twice', async () => {
    const { proxy, cwd, image } = await begin();
    for (const name of ['a', 'b', 'c']) await writeFile(join(cwd, name), name);
    await done(['push', image.replace(':v1', ':v2,v3'), 'a', 'b', 'c', '--concurrency', '20'], cwd);
    expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(3);
    expect(repeated(proxy)).toEqual([]);
  });
});

describe('with 20 referrers', () => {
  async function withReferrers(options: RegistryOptions = {}) {
    const started = await begin(options);
    const { registry } = started;
    const digest = registry.repository('team/app').tags.get('v1') ?? '';
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
    const empty = { ...registry.putBlob('team/app', '{}'), mediaType: 'application/vnd.oci.empty.v1+json' };
    const layer = { ...registry.putBlob('team/app', 'x'), annotations: { 'org.opencontainers.image.title': 'x' } };
    const entries = Array.from({ length: 20 }, (_, n) => {
      const artifactType = n === 10 ? SBOM : 'application/vnd.example.other.v1';
      const base = { schemaVersion: 2, mediaType: subject.mediaType, artifactType, config: empty, layers: [layer] };
      return { artifactType, ...registry.putManifest('team/app', { ...base, subject, annotations: { n: String(n) } }) };
    });
    if (options.referrers === 'none') {
      const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: entries };
      registry.putManifest('team/app', index, { tag: digest.replace(':', '-') });
    }
    return started;
  }

  it.each([{}, { referrers: 'none' } as const])(
    'discover asks about all of them at the same time (%j)',
    async (options) => {
      const { proxy, cwd, image } = await withReferrers(options);
      const stdout = await done(['discover', image, '--json', '--concurrency', '20'], cwd);
      expect(JSON.parse(stdout).referrers).toHaveLength(20);
      expect(proxy.requests.length).toBeGreaterThan(20);
      // The subject, its list, the manifests; then the list and the four tags of each, 20 requests at a time.
      expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(4 + 5);
      expect(repeated(proxy)).toEqual([]);
    },
  );

  it('pull by type asks nothing twice', async () => {
    const { proxy, cwd, image } = await withReferrers();
    await done(['pull', image, '--artifact-type', SBOM, '--concurrency', '20'], cwd);
    expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(5);
    expect(repeated(proxy)).toEqual([]);
  });

  it('discover says nothing on standard error, where Node.js would warn of many listeners', async () => {
    const { cwd, image } = await withReferrers();
    expect((await success(['discover', image], { cwd })).stderr).toBe('');
  });

  it('pull by type takes no more rounds without the API', async () => {
    const { proxy, cwd, image } = await withReferrers({ referrers: 'none' });
    await done(['pull', image, '--artifact-type', SBOM, '--concurrency', '20'], cwd);
    expect(proxy.series(), lines(proxy)).toBeLessThanOrEqual(5);
  });

  it.each([{}, { referrers: 'none' } as const])('pull of the only one asks nothing twice (%j)', async (options) => {
    const { proxy, cwd, image } = await begin(options);
    await done(['attach', image, '--artifact-type', SBOM, 'sbom.json', '--no-settle'], cwd);
    proxy.clear();
    await done(['pull', image, '--artifact-type', SBOM], cwd);
    expect(repeated(proxy)).toEqual([]);
  });
});

describe('a token', () => {
  it.each<[string, (image: string) => string[]]>([
    ['attach', (image) => ['attach', image, '--artifact-type', SBOM, 'sbom.json']],
    ['push', (image) => ['push', image.replace(':v1', ':v2'), 'sbom.json']],
    ['discover', (image) => ['discover', image]],
    ['pull', (image) => ['pull', image, '--artifact-type', SBOM]],
  ])('is fetched once by %s', async (_command, args) => {
    const tokens = await startTokenServer({ users: { robot: 'secret' } });
    onTestFinished(() => tokens.close());
    const { realm, verify } = tokens;
    for (const referrers of ['api', 'none'] as const) {
      const auth = { type: 'bearer', realm, service: 'test', verify } as const;
      const { proxy, cwd, image } = await begin({ referrers, auth }, 0);
      const { dir } = await withDockerConfig({ [proxy.host]: { username: 'robot', password: 'secret' } });
      vi.stubEnv('DOCKER_CONFIG', dir);
      onTestFinished(() => void vi.unstubAllEnvs());
      await done(['attach', image, '--artifact-type', SBOM, 'sbom.json', '--no-settle'], cwd);
      // What this process knows by now is worth nothing any more.
      tokens.revoke();
      tokens.clear();
      proxy.clear();
      await done(args(image), cwd);
      expect(tokens.requests, referrers).toHaveLength(1);
      const refused = proxy.requests.filter(({ status }) => status === 401);
      const asked = new Set(refused.map(({ method, path }) => `${method} ${path}`));
      expect(asked.size).toBe(refused.length);
      // A second command of the same process asks for no second token, and is refused nothing.
      tokens.clear();
      proxy.clear();
      await done(args(image), cwd);
      expect(tokens.requests).toEqual([]);
      expect(proxy.requests.filter(({ status }) => status === 401)).toEqual([]);
    }
  });
});
