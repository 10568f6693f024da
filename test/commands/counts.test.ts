import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withDockerConfig } from '../support/docker-config.js';
import { type Proxy as CountingProxy, startProxy } from '../support/proxy.js';
import type { RegistryOptions } from '../support/registry.js';
import { createRounds } from '../support/rounds.js';
import { tempDir } from '../support/temp.js';
import { startTokenServer } from '../support/token-server.js';
import { runHere } from './support/in-process.js';
import { SBOM, success, withImage } from './support/run.js';

const OTHER = 'application/vnd.example.other.v1';
const API: RegistryOptions = {};
const TAG: RegistryOptions = { referrers: 'none' };

/** A registry behind a proxy that counts requests, and how many of them are in series. */
async function begin(options: RegistryOptions = {}) {
  // A list of referrers that was read long before it is written is read again: here no time goes by.
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { registry } = await withImage(options);
  const rounds = createRounds();
  const proxy = await startProxy(registry.host, { rounds });
  onTestFinished(() => proxy.close());
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdx":1}');
  for (const name of ['a', 'b', 'c']) await writeFile(join(cwd, name), name);
  const repository = `${proxy.host}/team/app`;
  /** Runs a command for the image `i`. */
  const run = (command: string) =>
    done(
      command.split(' ').map((word) => word.replace(/^i\b/, repository)),
      cwd,
    );
  /** The requests in series, and all requests, that a command takes. */
  const counted = async (command: string): Promise<Counts> => {
    proxy.clear();
    rounds.count = 0;
    await run(command);
    return [rounds.count, proxy.requests.length];
  };
  return { registry, proxy, cwd, image: `${repository}:v1`, run, counted };
}

/** A command that must succeed. */
async function done(args: readonly string[], cwd: string): Promise<string> {
  const { code, stdout, stderr } = await runHere(args, cwd);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** The same with 20 referrers, of which one is an SBOM. */
async function withReferrers(options: RegistryOptions = {}) {
  const started = await begin(options);
  const { registry } = started;
  const digest = registry.repository('team/app').tags.get('v1') ?? '';
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
  const empty = { ...registry.putBlob('team/app', '{}'), mediaType: 'application/vnd.oci.empty.v1+json' };
  const layer = { ...registry.putBlob('team/app', 'x'), annotations: { 'org.opencontainers.image.title': 'x' } };
  const entries = Array.from({ length: 20 }, (_, n) => {
    const artifactType = n === 10 ? SBOM : OTHER;
    const base = { schemaVersion: 2, mediaType: subject.mediaType, artifactType, config: empty, layers: [layer] };
    return { artifactType, ...registry.putManifest('team/app', { ...base, subject, annotations: { n: String(n) } }) };
  });
  if (options.referrers === 'none') {
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: entries };
    registry.putManifest('team/app', index, { tag: digest.replace(':', '-') });
  }
  return started;
}

/** What was asked twice, but for the list of a referrers tag, which is read back after it was written. */
function repeated(proxy: CountingProxy) {
  return proxy.duplicates().filter(({ method, path }) => !(method === 'GET' && /\/manifests\/sha256-/.test(path)));
}

const lines = (proxy: CountingProxy) =>
  proxy.requests.map(({ method, path, status }) => `${status} ${method} ${path}`).join('\n');

type Counts = readonly [series: number, requests: number];
const ATTACH = `attach i:v1 --artifact-type ${SBOM} sbom.json --no-settle`;

describe.each<[command: string, api: Counts, tag: Counts]>([
  // The subject, with all that needs no subject; the blobs; the manifest. Then its list, and the list as it stays.
  [ATTACH, [3, 10], [5, 14]],
  ['push i:v2 sbom.json', [3, 8], [3, 8]],
  // Whether both tags can be set by one request is asked of this registry, which sets them one by one.
  ['push i:v2,v3 a b c --concurrency 20', [4, 16], [4, 16]],
  ['resolve i:v1', [1, 1], [1, 1]],
  ['inspect i:v1', [2, 2], [2, 2]],
  ['tag i:v1 v2', [2, 2], [2, 2]],
  ['repo tags i', [1, 1], [1, 1]],
])('%s', (command, api, tag) => {
  it.each([
    ['with', API, api],
    ['without', TAG, tag],
  ])('takes so many requests %s the API, and asks nothing twice', async (_with, options, counts) => {
    // What the command loads at its first run takes any time.
    await (await begin(options)).run(command);
    const { proxy, counted } = await begin(options);
    expect(await counted(command), lines(proxy)).toEqual(counts);
    expect(repeated(proxy)).toEqual([]);
  });
});

describe.each<[command: string, api: Counts, tag: Counts]>([
  // The subject; its list and cosign's tags; the manifests, one of which proves the list, for the names of their files.
  ['discover i:v1 --depth 1', [3, 26], [3, 26]],
  // The same of each of them: 32 requests at a time.
  ['discover i:v1', [6, 126], [6, 106]],
  // The manifest that proves the list is the one that is wanted; then its file.
  [`pull i:v1 --artifact-type ${SBOM}`, [4, 8], [4, 27]],
])('with 20 referrers, %s', (command, api, tag) => {
  it.each([
    ['with', API, api],
    ['without', TAG, tag],
  ])('takes so many requests %s the API, and asks nothing twice', async (_with, options, counts) => {
    await (await withReferrers(options)).run(command);
    const { proxy, counted } = await withReferrers(options);
    expect(await counted(command), lines(proxy)).toEqual(counts);
    expect(repeated(proxy)).toEqual([]);
  });
});

describe('attaching one small file', () => {
  it('writes the list once, and reads it three times, without the API', async () => {
    const { proxy, counted } = await begin(TAG);
    await counted(ATTACH);
    expect(proxy.count('PUT', '/manifests/sha256-')).toBe(1);
    expect(proxy.count('GET', '/manifests/sha256-')).toBe(3);
  });

  it.each<[RegistryOptions, Counts]>([
    [API, [3, 8]],
    [TAG, [3, 10]],
  ])('sends no blob and no list when everything is there already (%j)', async (options, counts) => {
    const { proxy, run, counted } = await begin(options);
    await run(ATTACH);
    expect(await counted(ATTACH), lines(proxy)).toEqual(counts);
    expect(repeated(proxy)).toEqual([]);
    expect(proxy.count('PUT', '/blobs/')).toBe(0);
    expect(proxy.count('PUT', '/manifests/sha256-')).toBe(0);
  });
});

it('discover says nothing on standard error, where Node.js would warn of many listeners', async () => {
  const { cwd, image } = await withReferrers();
  expect((await success(['discover', image], { cwd })).stderr).toBe('');
});

it.each([API, TAG])('pull of the only one asks nothing twice (%j)', async (options) => {
  const { proxy, run } = await begin(options);
  await run(ATTACH);
  proxy.clear();
  await run(`pull i:v1 --artifact-type ${SBOM}`);
  expect(repeated(proxy)).toEqual([]);
});

describe('a token', () => {
  it.each<[command: string, api: Counts, tag: Counts]>([
    [ATTACH, [3, 8], [3, 10]],
    ['push i:v2 sbom.json', [2, 6], [2, 6]],
    ['discover i:v1', [3, 12], [3, 11]],
    [`pull i:v1 --artifact-type ${SBOM}`, [3, 7], [3, 7]],
  ])('is fetched once by %s', async (command, api, tag) => {
    const tokens = await startTokenServer({ users: { robot: 'secret' } });
    onTestFinished(() => tokens.close());
    const { realm, verify } = tokens;
    for (const [referrers, counts] of [
      ['api', api],
      ['none', tag],
    ] as const) {
      const auth = { type: 'bearer', realm, service: 'test', verify } as const;
      const { proxy, run, counted } = await begin({ referrers, auth });
      const { dir } = await withDockerConfig({ [proxy.host]: { username: 'robot', password: 'secret' } });
      vi.stubEnv('DOCKER_CONFIG', dir);
      onTestFinished(() => void vi.unstubAllEnvs());
      await run(ATTACH);
      await run(command);
      // What this process knows by now is worth nothing any more.
      tokens.revoke();
      tokens.clear();
      const [series] = await counted(command);
      expect(tokens.requests, referrers).toHaveLength(1);
      const refused = proxy.requests.filter(({ status }) => status === 401);
      const asked = new Set(refused.map(({ method, path }) => `${method} ${path}`));
      expect(asked.size).toBe(refused.length);
      // A second command of the same process asks for no second token, and is refused nothing.
      tokens.clear();
      expect(await counted(command), lines(proxy)).toEqual(counts);
      // The first requests are refused all at once, and sent again with the token.
      expect(series, referrers).toBe(counts[0] + 1);
      expect(tokens.requests).toEqual([]);
      expect(proxy.requests.filter(({ status }) => status === 401)).toEqual([]);
    }
  });
});
