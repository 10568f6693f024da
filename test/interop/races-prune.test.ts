import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMPTY_BYTES } from '../../src/oci/values/empty.js';
import { attach as attachHere } from '../../src/operations/attach/attach.js';
import { push as pushHere } from '../../src/operations/push/push.js';
import { digestOf } from '../support/image-layout.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { remora } from '../support/remora.js';
import { startRemora as startServe } from '../support/remora-registry.js';
import { tempDir } from '../support/temp.js';

/** More rounds have more manifests to look through, so that the pruner takes longer. */
const ROUNDS = Number(process.env.REMORA_ROUNDS ?? 1);
const MANIFESTS = ROUNDS > 1 ? 2_000 : 300;
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const OLD = 'application/x.old';

/** A layout with an attachment whose layer `same` another artifact is about to name as well. */
interface Race {
  readonly name: string;
  readonly layout: string;
  readonly cwd: string;
  readonly same: Buffer;
  readonly host: string;
}

type Outcome = { readonly ok: boolean; readonly said: string };

async function command(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await remora(args, { cwd });
  return { ok: code === 0, said: `${args[0]} ended with ${code}: ${stdout}${stderr}` };
}

async function http(method: string, url: string, body?: Uint8Array, type = 'application/octet-stream') {
  const init = body === undefined ? {} : { body: Buffer.from(body), headers: { 'Content-Type': type } };
  const answer = await fetch(`http://${url}`, { method, ...init });
  return { status: answer.status, text: await answer.text() };
}

const send = (repository: string, bytes: Uint8Array) =>
  http('POST', `${repository}/blobs/uploads/?digest=${digestOf(bytes)}`, bytes);

/** A client that is not remora's: it sends the config, does what it does for the layer, and puts the manifest once. */
function client(layer: (repository: string, race: Race) => Promise<unknown>) {
  return async (race: Race): Promise<Outcome> => {
    const repository = `${race.host}/v2/${race.name}`;
    await send(repository, EMPTY_BYTES);
    await layer(repository, race);
    await sleep(Math.random() * 100);
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: IMAGE,
        artifactType: 'application/x.new',
        config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(EMPTY_BYTES), size: 2 },
        layers: [{ mediaType: 'a/b', digest: digestOf(race.same), size: race.same.length }],
      }),
    );
    const { status, text } = await http('PUT', `${repository}/manifests/new`, manifest, IMAGE);
    return { ok: status === 201, said: `${status} ${text}` };
  };
}

async function other(race: Race, name: string): Promise<string> {
  const layout = join(race.layout, '..', name);
  await pushHere(`oci:${layout}:v1`, [join(race.cwd, 'base')]);
  await attachHere(`oci:${layout}:v1`, [join(race.cwd, 'same')], { artifactType: 'application/x.copied' });
  return layout;
}

const WRITERS: readonly (readonly [string, (race: Race) => Promise<() => Promise<Outcome>>])[] = [
  [
    'attach',
    async ({ layout, cwd }) =>
      () =>
        command(cwd, 'attach', `oci:${layout}:v1`, 'same', '--artifact-type', 'x/new'),
  ],
  [
    'push',
    async ({ layout, cwd }) =>
      () =>
        command(cwd, 'push', `oci:${layout}:new`, 'same'),
  ],
  [
    'copy -r',
    async (race) => {
      const from = await other(race, `from-${race.name}`);
      return () => command(race.cwd, 'copy', '-r', `oci:${from}:v1`, `oci:${race.layout}:new`);
    },
  ],
  [
    'push through serve',
    async ({ host, name, cwd }) =>
      () =>
        command(cwd, 'push', `${host}/${name}:new`, 'same'),
  ],
  ['a client that sends all', async (race) => () => client((at, { same }) => send(at, same))(race)],
  [
    'a client that asks first',
    async (race) => () =>
      client(async (at, { same }) => {
        const { status } = await http('HEAD', `${at}/blobs/${digestOf(same)}`);
        if (status === 404) await send(at, same);
      })(race),
  ],
  [
    'a client that mounts',
    async (race) => {
      const name = `mount-${race.name}`;
      await other(race, name);
      return () =>
        client((at, { same }) => http('POST', `${at}/blobs/uploads/?mount=${digestOf(same)}&from=${name}`))(race);
    },
  ],
];

describeWithPeers('detach --prune of an artifact, while another is written with the same layer', [], () => {
  let served: Awaited<ReturnType<typeof startServe>>;
  let count = 0;

  beforeAll(async () => {
    served = await startServe();
  });
  afterAll(() => served?.close());

  async function begin(): Promise<Race> {
    const name = `race${++count}`;
    const [cwd, layout, same] = [await tempDir(), join(served.directory, name), randomBytes(40_000)];
    await writeFile(join(cwd, 'base'), 'base');
    await writeFile(join(cwd, 'same'), same);
    await mkdir(layout);
    await pushHere(`oci:${layout}:v1`, [join(cwd, 'base')]);
    await attachHere(`oci:${layout}:v1`, [join(cwd, 'same')], { artifactType: OLD });
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(EMPTY_BYTES), size: 2 };
    for (let index = 0; index < MANIFESTS; index++) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config, layers: [], index }));
      await writeFile(join(layout, 'blobs/sha256', digestOf(bytes).slice(7)), bytes);
    }
    return { name, layout, cwd, same, host: served.host };
  }

  const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
  const races = WRITERS.flatMap(([name, prepare]) => rounds.map((round) => [name, round, prepare] as const));
  it.each(races)('%s succeeds and loses nothing, round %i', { timeout: 180_000 }, async (_name, _round, prepare) => {
    const race = await begin();
    const write = await prepare(race);
    const detach = command(race.cwd, 'detach', `oci:${race.layout}:v1`, '--artifact-type', OLD, '--prune', '--yes');
    await sleep(Math.random() * 1_500);
    const [detached, written] = await Promise.all([detach, write()]);
    expect([detached.ok, written.ok], `${detached.said}${written.said}`).toEqual([true, true]);
    // The blob of the new artifact, too, whose entry is there.
    expect((await checkedEntries(race.layout)).length).toBeGreaterThanOrEqual(2);
  });
});
