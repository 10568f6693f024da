import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  addArtifacts,
  type Command,
  expectDone,
  expectFailed,
  faultAt,
  notesOf,
  runThrough,
} from '../commands/support/faulty.js';
import { runHere } from '../commands/support/in-process.js';
import type { Fault } from '../support/loopback.js';
import { describeWithPeers, startApiRegistry, startDistribution2 } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

const REGISTRIES = [
  ['distribution 2.8, which has no Referrers API', ['docker-registry'], startDistribution2],
  ['a registry with the Referrers API', ['api-registry'], startApiRegistry],
] as const;

const CUT: Fault = { cutAfter: 10 };

/** What each command gets over when it happens once. */
const ONCE: readonly (readonly [Command, string, string, readonly Fault[]])[] = [
  ['discover', 'GET', '/referrers/', [{ status: 500 }, { status: 429 }, 'reset', CUT]],
  ['discover', 'GET', '/manifests/', [{ status: 503 }, CUT]],
  ['pull', 'GET', '/blobs/', [{ cutAfter: 3_000_000 }, { status: 503 }, 'reset']],
  ['push', 'PUT', '/blobs/', ['reset', { status: 503 }]],
  ['push', 'PUT', '/manifests/', ['reset', { status: 503 }]],
  ['attach', 'PUT', '/manifests/', ['reset', { status: 503 }]],
];

for (const [name, peers, start] of REGISTRIES) {
  const begin = async () => {
    const registry = await start();
    onTestFinished(() => registry.close());
    const home = await tempDir();
    await writeFile(join(home, 'base.txt'), 'base');
    expect(await runHere(['push', `${registry.host}/team/app:v1`, 'base.txt'], home)).toMatchObject({ code: 0 });
    await addArtifacts(registry.host);
    return registry;
  };

  describeWithPeers(`faults before ${name}`, peers, () => {
    it('that happen once are gone over, and all bytes are right', async () => {
      const { host } = await begin();
      for (const [command, method, part, faults] of ONCE)
        for (const fault of faults)
          await expectDone(await runThrough(host, command, faultAt(method, part, fault, 1), 'here'), command, host);
    });

    it('that stay end with what failed, and never with an empty list', async () => {
      const { host } = await begin();
      const list = start === startDistribution2 ? '/manifests/sha256-' : '/referrers/';
      for (const [fault, exit] of [
        [{ status: 401 }, 4],
        [{ status: 403 }, 4],
        [{ status: 429, headers: { 'retry-after': '3600' } }, 6],
        [{ status: 200, headers: { 'content-type': 'application/vnd.oci.image.index.v1+json' }, body: '{"a' }, 6],
      ] as const)
        await expectFailed(await runThrough(host, 'discover', faultAt('GET', list, fault), 'here'), exit);
      await Promise.all(
        (
          [
            ['discover', 'GET', list, { status: 500 }],
            ['discover', 'GET', list, CUT],
            ['pull', 'GET', '/blobs/', 'stall'],
            ['push', 'PUT', '/blobs/', 'stall'],
          ] as const
        ).map(async ([command, method, part, fault]) => {
          const at = faultAt(method, part, fault);
          await expectFailed(await runThrough(host, command, at, 'program', ['--timeout', '1']), 6);
        }),
      );
    });

    it('that last for a while (a stall) are gone over', async () => {
      const { host } = await begin();
      await Promise.all(
        (
          [
            ['discover', 'GET', '/manifests/', 'stall'],
            ['pull', 'GET', '/blobs/', { stallAfter: 3_000_000 }],
            ['push', 'PUT', '/blobs/', 'stall'],
          ] as const
        ).map(async ([command, method, part, fault]) => {
          const ran = await runThrough(host, command, faultAt(method, part, fault, 1), 'program', ['--timeout', '1']);
          expect([command, ran.code, ran.stderr]).toEqual([command, 0, notesOf(command)]);
        }),
      );
    });
  });
}
