import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EMPTY_BYTES, EMPTY_DESCRIPTOR } from '../../src/oci/values/empty.js';
import { digestOf } from '../support/image-layout.js';
import { checkedEntries } from '../support/layout-check.js';
import { describeWithPeers } from '../support/peers.js';
import { attach, discover, push, remora, resolve } from '../support/remora.js';
import { startRemora as startServe } from '../support/remora-registry.js';
import { tempDir } from '../support/temp.js';

/** The turns of each racer. */
const TURNS = Number(process.env.REMORA_ROUNDS ?? 1) * 2;
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const KEPT = 'application/x.kept';

/** The state that the racers were told of. */
interface Told {
  readonly attached: Set<string>;
  readonly tags: Map<string, string>;
  readonly removed: Set<string>;
  readonly failures: string[];
}

describeWithPeers('a crowd of racers on one layout, through files and serve', [], () => {
  let served: Awaited<ReturnType<typeof startServe>>;
  beforeAll(async () => {
    served = await startServe();
  });
  afterAll(() => served?.close());

  const http = async (method: string, path: string, body?: Uint8Array, type = 'application/octet-stream') => {
    const init = body === undefined ? {} : { body: Buffer.from(body), headers: { 'Content-Type': type } };
    const answer = await fetch(`http://${served.host}/v2/layout/${path}`, { method, ...init });
    return { status: answer.status, text: await answer.text() };
  };

  it('loses nothing that was acknowledged, and nothing that was removed comes back', {
    timeout: 1_200_000,
  }, async () => {
    const layout = join(served.directory, 'layout');
    const cwd = await tempDir();
    const file = async () => {
      const name = randomBytes(6).toString('hex');
      await writeFile(join(cwd, name), randomBytes(2_000));
      return name;
    };
    const told: Told = { attached: new Set(), tags: new Map(), removed: new Set(), failures: [] };
    const at = `oci:${layout}:base`;
    const base = await push(at, [await file()], { cwd });
    const other = `oci:${join(cwd, 'other')}:v1`;
    const copied = await push(other, [await file()], { cwd });
    await attach(other, 'application/x.copied', [await file()], { cwd });
    const subject = { mediaType: IMAGE, digest: base.digest, size: base.size };

    const command = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await remora(args, { cwd });
      if (code !== 0) told.failures.push(`${args[0]} ended with ${code}: ${stdout}${stderr}`);
      return code === 0;
    };
    const put = async (reference: string, document: object) => {
      const config = { ...EMPTY_DESCRIPTOR };
      const bytes = Buffer.from(
        JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config, layers: [], ...document }),
      );
      const { status, text } = await http('PUT', `manifests/${reference || digestOf(bytes)}`, bytes, IMAGE);
      if (status !== 201) told.failures.push(`PUT ${status} ${text}`);
      return { ok: status === 201, digest: digestOf(bytes) };
    };

    const attaching = async () => {
      told.attached.add((await attach(at, KEPT, [await file()], { cwd })).digest);
    };
    const pushing = async () => {
      const name = await file();
      told.tags.set(name, (await push(`oci:${layout}:${name}`, [name], { cwd })).digest);
    };
    const tagging = async () => {
      const name = await file();
      if (await command('tag', at, name)) told.tags.set(name, base.digest);
    };
    const detaching = async (type: string) => {
      const { digest } = await attach(at, type, [await file()], { cwd });
      if (await command('detach', at, '--artifact-type', type, '--yes', '--prune')) told.removed.add(digest);
    };
    const copying = async () => {
      const name = await file();
      if (await command('copy', '-r', other, `oci:${layout}:${name}`)) told.tags.set(name, copied.digest);
    };
    const posting = async () => {
      const content = randomBytes(2_000);
      await http('POST', `blobs/uploads/?digest=${digestOf(content)}`, content);
      await http('POST', `blobs/uploads/?digest=${EMPTY_DESCRIPTOR.digest}`, EMPTY_BYTES);
      const layers = [{ mediaType: 'a/b', digest: digestOf(content), size: content.length }];
      const attachment = await put('', { artifactType: KEPT, subject, layers });
      if (attachment.ok) told.attached.add(attachment.digest);
      const name = await file();
      const image = await put(name, { artifactType: 'application/x.image', annotations: { name }, layers });
      if (image.ok) told.tags.set(name, image.digest);
    };
    const deleting = async () => {
      await http('POST', `blobs/uploads/?digest=${EMPTY_DESCRIPTOR.digest}`, EMPTY_BYTES);
      const { digest } = await put('', {
        artifactType: 'application/x.gone',
        subject,
        annotations: { name: await file() },
      });
      const { status, text } = await http('DELETE', `manifests/${digest}`);
      if (status === 202) told.removed.add(digest);
      else told.failures.push(`DELETE ${status} ${text}`);
    };
    const mending = () => command('check', '--fix', '--yes', layout);
    const looking = () => command('discover', at);

    const turns = async (racer: () => Promise<unknown>, times = TURNS) => {
      for (let turn = 0; turn < times; turn++)
        await racer().catch((error: unknown) =>
          told.failures.push(error instanceof Error ? error.message : String(error)),
        );
    };
    await Promise.all([
      ...[1, 2, 3].map(() => turns(attaching)),
      ...[1, 2].map(() => turns(pushing)),
      ...[1, 2].map((which) => turns(() => detaching(`application/x.own${which}`))),
      turns(tagging),
      turns(copying),
      turns(mending, TURNS / 2),
      turns(looking),
      ...[1, 2].map(() => turns(posting, 5 * TURNS)),
      ...[1, 2].map(() => turns(deleting, 5 * TURNS)),
    ]);

    expect(told.failures).toEqual([]);
    await checkedEntries(layout);
    const checked = await remora(['check', layout]);
    expect(checked.code, checked.stdout).toBe(0);
    const { referrers, incomplete } = await discover(at);
    expect(incomplete).toEqual([]);
    const there = new Set(referrers.map(({ digest }) => digest));
    expect([...told.attached].filter((digest) => !there.has(digest))).toEqual([]);
    expect([...told.removed].filter((digest) => there.has(digest))).toEqual([]);
    for (const [tag, digest] of told.tags) expect([tag, await resolve(`oci:${layout}:${tag}`)]).toEqual([tag, digest]);
    expect((await readdir(layout)).filter((name) => name.includes('lock') || name.startsWith('.remora-'))).toEqual(
      (await readdir(layout)).filter((name) => name === '.remora-uploads'),
    );
  });
});
