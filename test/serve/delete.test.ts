import { readdir, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../src/oci/values/descriptor.js';
import { digestOf } from '../../src/oci/values/digest.js';
import { HandWrittenLayout, tagged } from '../store/layout/support/by-hand.js';
import { checkedEntries } from '../support/layout-check.js';
import { expectError, MANIFEST, named, Served } from './support/start.js';

const NONE = digestOf(Buffer.from('nothing has this'));

async function status(served: Served, method: string, path: string): Promise<number> {
  return (await served.send(method, path)).status;
}

async function listed(served: Served, name: string, subject: Descriptor): Promise<string[]> {
  const { body } = await served.send('GET', `/v2/${name}/referrers/${subject.digest}`);
  const digests = JSON.parse(body.toString()).manifests.map(({ digest }: Descriptor) => digest);
  return digests.sort();
}

it('deletes a manifest with all its tags (E116, E119)', async () => {
  const served = await Served.start();
  const { digest } = await served.image('a/b', 'one', {}, 'v1');
  await served.image('a/b', 'one', {}, 'v2');
  const other = await served.image('a/b', 'two', {}, 'v3');
  const path = '/v2/a/b/manifests';
  expect(await served.send('DELETE', `${path}/${digest}`)).toMatchObject({ status: 202, body: Buffer.alloc(0) });
  for (const reference of [digest, 'v1', 'v2']) {
    expectError(await served.send('GET', `${path}/${reference}`), 404, 'MANIFEST_UNKNOWN');
    expectError(await served.send('DELETE', `${path}/${reference}`), 404, 'MANIFEST_UNKNOWN');
  }
  expectError(await served.send('GET', `/v2/a/b/blobs/${digest}`), 404, 'BLOB_UNKNOWN');
  expect(await status(served, 'GET', `${path}/v3`)).toBe(200);
  expect(await status(served, 'GET', `${path}/${other.digest}`)).toBe(200);
  const { answer } = await served.image('a/b', 'one', {}, 'v1');
  expect(answer.status).toBe(201);
  expect(await status(served, 'GET', `${path}/${digest}`)).toBe(200);
});

it('deletes a tag and nothing else (E117)', async () => {
  const served = await Served.start();
  const { digest } = await served.image('a', 'one', {}, 'v1');
  await served.image('a', 'one', {}, 'v2');
  for (const [tag, left] of [
    ['v1', ['v2']],
    ['v2', []],
  ] as const) {
    expect(await status(served, 'DELETE', `/v2/a/manifests/${tag}`)).toBe(202);
    expectError(await served.send('GET', `/v2/a/manifests/${tag}`), 404, 'MANIFEST_UNKNOWN');
    expectError(await served.send('DELETE', `/v2/a/manifests/${tag}`), 404, 'MANIFEST_UNKNOWN');
    const { body } = await served.send('GET', '/v2/a/tags/list');
    expect(JSON.parse(body.toString())).toEqual({ name: 'a', tags: left });
    expect(await status(served, 'GET', `/v2/a/manifests/${digest}`)).toBe(200);
  }
});

it.each([
  [`/v2/a/manifests/${NONE}`, 404, 'MANIFEST_UNKNOWN'],
  ['/v2/a/manifests/none', 404, 'MANIFEST_UNKNOWN'],
  ['/v2/a/manifests/-x', 404, 'MANIFEST_UNKNOWN'],
  [`/v2/a/blobs/${NONE}`, 404, 'BLOB_UNKNOWN'],
  [`/v2/none/manifests/${NONE}`, 404, 'NAME_UNKNOWN'],
  [`/v2/none/blobs/${NONE}`, 404, 'NAME_UNKNOWN'],
  ['/v2/a/manifests/sha256:1', 400, 'DIGEST_INVALID'],
  ['/v2/a/blobs/sha256:1', 400, 'DIGEST_INVALID'],
  ['/v2/a/tags/list', 405, 'UNSUPPORTED'],
  [`/v2/a/referrers/${NONE}`, 405, 'UNSUPPORTED'],
])('does not delete %s: %i %s (E116, E117, E118)', async (path, wanted, code) => {
  const served = await Served.start();
  await served.image('a', 'one');
  expectError(await served.send('DELETE', path), wanted, code);
});

it('deletes a blob, but no manifest as one (E118, E119)', async () => {
  const served = await Served.start();
  const blob = await served.blob('a', 'content');
  const image = await served.image('a', 'one', {}, 'v1');
  expect(await status(served, 'DELETE', `/v2/a/blobs/${blob.digest}`)).toBe(202);
  expectError(await served.send('GET', `/v2/a/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  expectError(await served.send('DELETE', `/v2/a/blobs/${blob.digest}`), 404, 'BLOB_UNKNOWN');
  expectError(await served.send('DELETE', `/v2/a/blobs/${image.digest}`), 405, 'UNSUPPORTED');
  expect(await status(served, 'GET', '/v2/a/manifests/v1')).toBe(200);
  // A manifest is deleted as one, a blob is not.
  const config = await served.blob('a', '{"no":"manifest"}');
  expectError(await served.send('DELETE', `/v2/a/manifests/${config.digest}`), 404, 'MANIFEST_UNKNOWN');
});

it('deletes referrers out of the lists of every tool (E116, E119)', async () => {
  const layout = await HandWrittenLayout.begin();
  const subject = await layout.image('subject');
  const made: Descriptor[] = [];
  for (const type of ['oras', 'regctl', 'olareg', 'containerd', 'other', 'another'])
    made.push(await layout.referrer(subject, `application/${type}`));
  const [oras, regctl, olareg, containerd, other, another] = made;
  const tagList = await layout.document({ manifests: [regctl, other], 'org.example.kept': 1 });
  const noteList = await layout.document({ manifests: [olareg, another] });
  await layout.index([
    tagged(subject, 'v1'),
    oras ?? {},
    tagged(tagList, subject.digest.replace(':', '-')),
    { ...noteList, annotations: { 'org.olareg.referrer.subject': subject.digest } },
    { ...containerd, annotations: { 'io.containerd.manifest.subject': subject.digest } },
  ]);
  const served = await Served.start({ directory: layout.directory });
  expect(await listed(served, 'layout', subject)).toHaveLength(6);
  for (const referrer of [oras, regctl, olareg, containerd]) {
    if (referrer === undefined) throw new Error('not made');
    if (referrer !== oras)
      expect(await status(served, 'DELETE', `/v2/layout/blobs/${referrer.digest}`), 'as a blob').toBe(405);
    expect(await status(served, 'DELETE', `/v2/layout/manifests/${referrer.digest}`)).toBe(202);
    expect(await status(served, 'GET', `/v2/layout/manifests/${referrer.digest}`)).toBe(404);
    expect(await listed(served, 'layout', subject)).not.toContain(referrer.digest);
    expect(await layout.readIndex()).not.toContain(referrer.digest);
  }
  const left = [other, another].map((referrer) => referrer?.digest ?? '');
  expect(await listed(served, 'layout', subject)).toEqual(left.sort());
  const entries = await checkedEntries(layout.directory);
  const list = entries.find(({ annotations }) =>
    Object.values(annotations ?? {}).includes(subject.digest.replace(':', '-')),
  );
  const { body } = await served.send('GET', `/v2/layout/manifests/${list?.digest}`);
  expect(JSON.parse(body.toString())).toMatchObject({ manifests: [{ digest: other?.digest }], 'org.example.kept': 1 });
});

it('deletes a pushed referrer and lists it no more (E119)', async () => {
  const served = await Served.start();
  const subject = named(await served.image('a', 'subject', {}, 'v1'));
  const one = await served.image('a', 'sbom', { subject, artifactType: 'application/x' });
  const two = await served.image('a', 'signature', { subject: named(one), artifactType: 'application/y' });
  expect(await status(served, 'DELETE', `/v2/a/manifests/${one.digest}`)).toBe(202);
  expect(await listed(served, 'a', subject)).toEqual([]);
  expect(await listed(served, 'a', one)).toEqual([two.digest]);
  expect(await status(served, 'DELETE', `/v2/a/manifests/${subject.digest}`)).toBe(202);
  expect(await status(served, 'GET', `/v2/a/manifests/${two.digest}`)).toBe(200);
});

it('refuses every write when it is read-only (E116, E117, E118)', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('one');
  await layout.index([tagged(image, 'v1')]);
  const before = await readdir(layout.directory);
  const served = await Served.start({ directory: layout.directory, readOnly: true });
  for (const [method, path] of [
    ['DELETE', `manifests/${image.digest}`],
    ['DELETE', 'manifests/v1'],
    ['DELETE', `blobs/${image.digest}`],
    ['PUT', 'manifests/v2'],
    ['POST', 'blobs/uploads/'],
    ['PATCH', 'blobs/uploads/00000000-0000-0000-0000-000000000000'],
    ['PUT', `blobs/uploads/00000000-0000-0000-0000-000000000000?digest=${NONE}`],
    ['DELETE', 'blobs/uploads/00000000-0000-0000-0000-000000000000'],
  ] as const) {
    const answer = await served.send(method, `/v2/layout/${path}`, { headers: { 'content-type': MANIFEST } });
    expectError(answer, 405, 'UNSUPPORTED');
    expect(answer.headers.allow ?? '').not.toMatch(/PUT|POST|PATCH|DELETE/);
  }
  expect(await status(served, 'GET', '/v2/layout/manifests/v1')).toBe(200);
  const file = join(layout.directory, 'blobs', image.digest.replace(':', '/'));
  await utimes(file, 1, 1);
  expect(await status(served, 'HEAD', `/v2/layout/blobs/${image.digest}`)).toBe(200);
  expect((await stat(file)).mtimeMs).toBe(1000);
  expect(await readdir(layout.directory)).toEqual(before);
});

it('answers whoever reads what is being deleted (E119)', async () => {
  const served = await Served.start();
  for (let round = 0; round < 5; round++) {
    const image = await served.image('a', `${round}`);
    const { digest } = await served.blob('a', `content ${round}`);
    const reads = [`blobs/${digest}`, `manifests/${image.digest}`, `referrers/${image.digest}`, 'tags/list'];
    const running = Array.from({ length: 5 }, () => reads.map((path) => status(served, 'GET', `/v2/a/${path}`))).flat();
    for (const path of reads.slice(0, 2)) running.push(status(served, 'DELETE', `/v2/a/${path}`));
    for (const code of await Promise.all(running)) expect([200, 202, 404]).toContain(code);
  }
});

it('has no entry without its file when many push and delete the same (E119)', async () => {
  const served = await Served.start();
  const { digest } = await served.image('a', 'one', {}, 'v1');
  const { directory } = await served.repository('a');
  const { body } = await served.send('GET', `/v2/a/manifests/${digest}`);
  const push = (reference: string) =>
    served.send('PUT', `/v2/a/manifests/${reference}`, { headers: { 'content-type': MANIFEST }, body });
  const results = await Promise.all(
    Array.from({ length: 16 }, async (_, n) => {
      const put = push(n % 2 === 0 ? digest : `v${n}`);
      const removed = served.send('DELETE', `/v2/a/${n % 4 === 3 ? 'blobs' : 'manifests'}/${digest}`);
      return [(await put).status, (await removed).status];
    }),
  );
  for (const [put, removed] of results) {
    expect(put).toBe(201);
    expect([202, 404, 405]).toContain(removed);
  }
  const entries = await checkedEntries(directory);
  expect(entries.every((entry) => entry.digest === digest)).toBe(true);
  expect((await readdir(directory)).filter((name) => name.startsWith('.remora-'))).toEqual([]);
  expect((await push('v1')).status).toBe(201);
  expect(await checkedEntries(join(directory))).not.toEqual([]);
});
