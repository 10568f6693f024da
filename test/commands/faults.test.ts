import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MediaType } from '../../src/oci/values/media-types.js';
import type { Fault } from '../support/loopback.js';
import type { Registry, RegistryOptions } from '../support/registry.js';
import { type Command, expectDone, expectFailed, faultAt, runThrough, withArtifacts } from './support/faulty.js';

const KINDS: readonly (readonly [string, RegistryOptions])[] = [
  ['with the Referrers API', {}],
  ['without it', { referrers: 'none' }],
];

/** Where each command can meet a fault. */
const PLACES: readonly (readonly [Command, string, string])[] = [
  ['discover', 'GET', '/referrers/'],
  ['discover', 'GET', '/manifests/'],
  ['pull', 'GET', '/manifests/'],
  ['pull', 'GET', '/blobs/'],
  ['attach', 'GET', '/referrers/'],
  ['attach', 'PUT', '/blobs/'],
  ['attach', 'PUT', '/manifests/'],
  ['push', 'POST', '/blobs/'],
  ['push', 'PUT', '/blobs/'],
  ['push', 'PUT', '/manifests/'],
];

const BUSY: Fault = { status: 503 };
const CUT: Fault = { cutAfter: 10 };

describe.each(KINDS)('before a registry %s', (_kind, options) => {
  it.each(PLACES)('%s gets over a fault of %s %s', async (command, method, part) => {
    const registry = await withArtifacts(options);
    const once: Fault[] = [
      BUSY,
      'reset',
      ...(method === 'GET' ? [CUT] : []),
      ...(part === '/referrers/' ? [{ status: 429 }] : []),
    ];
    // A list that could not be written looks different to who settles.
    const more = command === 'attach' && part !== '/manifests/' ? ['--no-settle'] : [];
    for (const fault of once) {
      const ran = await runThrough(registry.host, command, faultAt(method, part, fault, 1), 'here', more);
      await expectDone(ran, command, registry.host);
    }
  });

  it('pull goes on where a blob was cut after 3 MB', async () => {
    const registry = await withArtifacts(options);
    const ran = await runThrough(registry.host, 'pull', faultAt('GET', '/blobs/', { cutAfter: 3_000_000 }, 1), 'here');
    await expectDone(ran, 'pull', registry.host);
    const blobs = ran.proxy.requests.filter(({ path, method }) => method === 'GET' && path.includes('/blobs/'));
    expect(blobs.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=3000000-']);
    expect(blobs[1]?.responseBytes).toBe(1_000_000);
  });

  it.each<[string, Fault, number]>([
    ['401', { status: 401 }, 4],
    ['403', { status: 403, body: '{"errors":[{"code":"DENIED","message":"not yours"}]}' }, 4],
    ['429 with a long wait', { status: 429, headers: { 'retry-after': '3600' } }, 6],
    ['500 with a long wait', { status: 500, headers: { 'retry-after': '3600' } }, 6],
    ['broken JSON', { status: 200, headers: { 'content-type': MediaType.imageIndex }, body: '{"manifests":[' }, 5],
    ['JSON of another shape', { status: 200, headers: { 'content-type': MediaType.imageIndex }, body: '[]' }, 5],
  ])('a Referrers API that answers %s is no empty list', async (_what, fault, exit) => {
    const registry = await withArtifacts(options);
    const discovered = await runThrough(registry.host, 'discover', faultAt('GET', '/referrers/', fault), 'here');
    const incomplete = exit === 4 ? 4 : 6;
    await expectFailed(discovered, incomplete);
    expect(discovered.stderr).toContain('could not ask Referrers API');
    const selected = ['--artifact-type', 'application/spdx+json'];
    const attached = await runThrough(registry.host, 'pull', faultAt('GET', '/referrers/', fault), 'here', [
      ...selected,
      '--all',
    ]);
    await expectFailed(attached, incomplete);
    const attach = await runThrough(registry.host, 'attach', faultAt('GET', '/referrers/', fault), 'here');
    // With OCI-Subject the API need not be asked.
    if (options.referrers === undefined) await expectDone(attach, 'attach', registry.host);
    else {
      await expectFailed(attach, exit);
      expect(attach.stderr).toContain('is not listed with its subject yet');
    }
  });

  it.each<[Command, string, string]>([
    ['push', 'POST', '/blobs/'],
    ['push', 'PUT', '/blobs/'],
    ['push', 'PUT', '/manifests/'],
    ['attach', 'PUT', '/manifests/'],
    ['pull', 'GET', '/blobs/'],
    ['pull', 'GET', '/manifests/'],
  ])('%s ends where %s %s is not allowed, or busy for long', async (command, method, part) => {
    const registry = await withArtifacts(options);
    for (const [fault, exit] of [
      [{ status: 401 }, 4],
      [{ status: 403 }, 4],
      [{ status: 503, headers: { 'retry-after': '3600' } }, 6],
    ] as const) {
      const ran = await runThrough(registry.host, command, faultAt(method, part, fault), 'here');
      await expectFailed(ran, exit);
      expect(registry.repository('team/app').tags.has('new')).toBe(false);
      // Neither is a reason to send the same bytes again.
      if (method === 'PUT') expect(ran.proxy.count(method, part)).toBe(1);
    }
  });
});

it('attach ends with an error where uploads fail before the subject is known, not with a crash of Node.js', async () => {
  const registry = await withArtifacts({});
  const uploads = faultAt('POST', '/blobs/', { status: 403 });
  const subject = faultAt('HEAD', '/manifests/', { status: 503 }, 2);
  const fault: typeof uploads = (request) => uploads(request) ?? subject(request);
  const ran = await runThrough(registry.host, 'attach', fault, 'program');
  await expectFailed(ran, 4);
  expect(ran.stderr).toMatch(/^remora: error: [^\n]+\n {2}[^\n]+\n$/);
});

it('push sends nothing more when it has failed', async () => {
  const registry = await withArtifacts({});
  const uploads = faultAt('POST', '/blobs/', { status: 503 });
  const manifest = faultAt('HEAD', '/manifests/', { status: 403 });
  const ran = await runThrough(registry.host, 'push', (request) => uploads(request) ?? manifest(request), 'here');
  // A HEAD that is refused decides nothing: the upload does.
  await expectFailed(ran, 6);
  const asked = ran.proxy.requests.length;
  await sleep(700);
  expect(ran.proxy.requests).toHaveLength(asked);
});

describe('a fault that does not end', () => {
  /** Runs as many at a time as the machine can: nearly all of their time they wait. */
  async function all(registry: Registry, cases: readonly (readonly [Command, string, string, Fault, number])[]) {
    const began = performance.now();
    await Promise.all(
      cases.map(async ([command, method, part, fault, exit]) => {
        const at = faultAt(method, part, fault);
        const ran = await runThrough(registry.host, command, at, 'program', ['--timeout', '1']);
        await expectFailed(ran, exit);
        const attempts = ran.proxy.count(method, part);
        expect([command, attempts <= 12]).toEqual([command, true]);
      }),
    );
    // Three attempts of a second each, and the pauses between them; the rest is for a busy machine.
    expect(performance.now() - began).toBeLessThan(25_000);
    expect(registry.repository('team/app').tags.has('new')).toBe(false);
  }

  it('(500, 429, cut, stall of the list) ends discover', async () => {
    const withApi = await withArtifacts({});
    const without = await withArtifacts({ referrers: 'none' });
    await Promise.all([
      all(withApi, [
        ['discover', 'GET', '/referrers/', { status: 500 }, 6],
        ['discover', 'GET', '/referrers/', { status: 429 }, 6],
        ['discover', 'GET', '/referrers/', CUT, 6],
      ]),
      all(without, [
        ['discover', 'GET', '/referrers/', 'stall', 6],
        ['discover', 'GET', '/manifests/sha256-', { stallAfter: 10 }, 6],
        ['attach', 'GET', '/referrers/', { status: 500 }, 6],
      ]),
    ]);
  });

  it('(cut, stall in the head and in the body) ends pull, and leaves the old file', async () => {
    await all(await withArtifacts({}), [
      ['pull', 'GET', '/blobs/', { cutAfter: 0 }, 6],
      ['pull', 'GET', '/blobs/', 'stall', 6],
      ['pull', 'GET', '/blobs/', { stallAfter: 0 }, 6],
    ]);
  });

  it('(reset, 503, stall) ends push and attach', async () => {
    await all(await withArtifacts({}), [
      ['push', 'PUT', '/blobs/', 'reset', 6],
      ['push', 'PUT', '/blobs/', 'stall', 6],
      ['attach', 'PUT', '/manifests/', BUSY, 6],
    ]);
  });

  it('for a while (stall) is gone over by all', async () => {
    const registry = await withArtifacts({ referrers: 'none' });
    for (const some of [
      [
        ['discover', 'GET', '/manifests/', 'stall'],
        ['pull', 'GET', '/blobs/', { stallAfter: 3_000_000 }],
        ['push', 'PUT', '/blobs/', 'stall'],
      ],
    ] as const)
      await Promise.all(
        some.map(async ([command, method, part, fault]) => {
          const at = faultAt(method, part, fault, 1);
          const ran = await runThrough(registry.host, command, at, 'program', ['--timeout', '1']);
          if (command !== 'push') await expectDone(ran, command, registry.host);
          else expect([ran.code, ran.stderr]).toEqual([0, '']);
        }),
      );
  });
});
