import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { Descriptor } from '../../src/oci/values/descriptor.js';
import { digestOf } from '../../src/oci/values/digest.js';
import { discover } from '../../src/operations/discover/discover.js';
import { blobPath } from '../../src/store/layout/files/paths.js';
import { HandWrittenLayout, tagged } from '../store/layout/support/by-hand.js';
import { type Answer, expectError, INDEX, MANIFEST, named, Served } from './support/start.js';

const SBOM = 'application/spdx+json';
const NONE = digestOf(Buffer.from('nothing has this'));

function json(answer: Answer) {
  expect(answer.status, answer.body.toString()).toBe(200);
  return JSON.parse(answer.body.toString());
}

function nextOf({ headers }: Answer): string | undefined {
  return headers.link === undefined ? undefined : /^<([^>]+)>; rel="next"$/.exec(String(headers.link))?.[1];
}

/** All pages from a path on. */
async function pages(served: Served, path: string): Promise<Answer[]> {
  const found: Answer[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer = await served.send('GET', next);
    found.push(answer);
    next = nextOf(answer);
  }
  return found;
}

function referrers(answers: readonly Answer[]): Descriptor[] {
  for (const { headers } of answers) expect(headers['content-type']).toBe(INDEX);
  return answers.flatMap((answer) => json(answer).manifests);
}

it('lists tags in order, in pages (E110, E111, E112, E113)', async () => {
  const served = await Served.start();
  const tags = ['B', 'a', '_x', '1.0', 'Z-9', 'b'];
  for (const tag of tags) await served.image('a/b', 'one', {}, tag);
  const sorted = [...tags].sort();
  const list = '/v2/a/b/tags/list';
  expect(json(await served.send('GET', list))).toEqual({ name: 'a/b', tags: sorted });
  const all = await pages(served, `${list}?n=4`);
  expect(all.map((page) => json(page).tags)).toEqual([sorted.slice(0, 4), sorted.slice(4)]);
  expect(nextOf(await served.send('GET', `${list}?n=6`))).toBeUndefined();
  expect(json(await served.send('GET', `${list}?n=2&last=${sorted[1]}`)).tags).toEqual(sorted.slice(2, 4));
  expect(json(await served.send('GET', `${list}?last=zz`)).tags).toEqual([]);
  const none = await served.send('GET', `${list}?n=0`);
  expect([json(none).tags, nextOf(none)]).toEqual([[], undefined]);
  for (const n of ['-1', 'x', '', '1e3']) expectError(await served.send('GET', `${list}?n=${n}`), 400, 'UNSUPPORTED');
  expectError(await served.send('GET', '/v2/none/tags/list'), 404, 'NAME_UNKNOWN');
});

it('lists no tags of a repository without (E110)', async () => {
  const served = await Served.start();
  await served.image('a', 'one');
  expect(json(await served.send('GET', '/v2/a/tags/list'))).toEqual({ name: 'a', tags: [] });
});

it('lists the tag part of full references, as it finds them (E110)', async () => {
  const layout = await HandWrittenLayout.begin();
  const image = await layout.image('one');
  await layout.index([tagged(image, 'localhost:5000/x/y:v2'), tagged(image, 'v1'), tagged(image, 'h/x@sha256:1')]);
  const served = await Served.start({ directory: layout.directory });
  expect(json(await served.send('GET', '/v2/layout/tags/list')).tags).toEqual(['v1', 'v2']);
  expect(await served.send('DELETE', '/v2/layout/manifests/v2')).toMatchObject({ status: 202 });
  expect(json(await served.send('GET', '/v2/layout/tags/list')).tags).toEqual(['v1']);
});

it('lists repositories in pages', async () => {
  const served = await Served.start();
  expect(json(await served.send('GET', '/v2/_catalog'))).toEqual({ repositories: [] });
  for (const name of ['b', 'a/c', 'a', 'a/b/c']) await served.repository(name);
  const names = ['a', 'a/b/c', 'a/c', 'b'];
  expect(json(await served.send('GET', '/v2/_catalog'))).toEqual({ repositories: names });
  const all = await pages(served, '/v2/_catalog?n=3');
  expect(all.map((page) => json(page).repositories)).toEqual([names.slice(0, 3), names.slice(3)]);
});

it('lists referrers as they say they are (E70, E74, D30, D31, D32, D33)', async () => {
  const served = await Served.start();
  const subject = named(await served.image('a', 'subject'));
  const empty = await served.blob('a', '{}', 'application/vnd.oci.empty.v1+json');
  const base = { schemaVersion: 2, mediaType: MANIFEST, config: empty, layers: [], subject };
  const index = { schemaVersion: 2, mediaType: INDEX, manifests: [], subject };
  const annotations = { 'org.example': 'yes', a: 'ü' };
  const cases: [object, string | undefined][] = [
    [{ ...base, artifactType: SBOM, annotations }, SBOM],
    [{ ...base, artifactType: '', annotations: { b: '' } }, empty.mediaType],
    [{ ...base, config: { ...empty, mediaType: 'application/vnd.example.config' } }, 'application/vnd.example.config'],
    [{ ...index, artifactType: 'application/x.index' }, 'application/x.index'],
    [index, undefined],
  ];
  const expected: object[] = [];
  for (const [document, artifactType] of cases) {
    const pushed = await served.push('a', document);
    expect(pushed.answer.headers['oci-subject']).toBe(subject.digest);
    const notes = 'annotations' in document ? { annotations: document.annotations } : {};
    expected.push({ ...named(pushed), ...(artifactType === undefined ? {} : { artifactType }), ...notes });
  }
  const list = await served.send('GET', `/v2/a/referrers/${subject.digest}`);
  expect(list.headers['oci-filters-applied']).toBeUndefined();
  expect(json(list)).toMatchObject({ schemaVersion: 2, mediaType: INDEX });
  const found = referrers([list]);
  expect(found).toHaveLength(expected.length);
  expect(found).toEqual(expect.arrayContaining(expected));
  expect((await served.image('a', 'subject')).answer.headers['oci-subject']).toBeUndefined();
});

it('gives no list, and blames itself, where a manifest that may be attached is damaged', async () => {
  const served = await Served.start();
  const subject = named(await served.image('a', 'subject'));
  const referrer = named(await served.image('a', 'sbom', { artifactType: SBOM, subject }));
  await writeFile(blobPath((await served.repository('a')).directory, referrer.digest), 'x'.repeat(referrer.size));
  // 400 would tell clients that there is no Referrers API, and they would find nothing attached.
  expect((await served.send('GET', `/v2/a/referrers/${subject.digest}`)).status).toBe(500);
  const options = { connection: { plainHttp: true, retryDelay: 1 }, partial: true };
  const { incomplete } = await discover(`${served.host}/a@${subject.digest}`, options);
  expect(incomplete.length).toBeGreaterThan(0);
});

it('knows referrers of what is not there, and no others (E74)', async () => {
  const served = await Served.start();
  const subject = { mediaType: MANIFEST, digest: NONE, size: 7 };
  for (const path of [`/v2/a/referrers/${NONE}`, `/v2/none/referrers/${NONE}`]) {
    expect(referrers([await served.send('GET', path)])).toEqual([]);
  }
  const { digest } = await served.image('a', 'early', { subject });
  expect(referrers([await served.send('GET', `/v2/a/referrers/${NONE}`)])).toMatchObject([{ digest }]);
  for (const bad of ['sha256:short', 'tag', 'sha256:', `sha256:${'A'.repeat(64)}`])
    expectError(await served.send('GET', `/v2/a/referrers/${bad}`), 400, 'DIGEST_INVALID');
});

it('filters by type and says so, on every page (E77, E78, E79)', async () => {
  const served = await Served.start();
  const subject = named(await served.image('a', 'subject'));
  const wanted: string[] = [];
  for (let n = 0; n < 9; n++) {
    const artifactType = n % 3 === 0 ? 'application/other' : SBOM;
    const { digest } = await served.image('a', `${n}`, { subject, artifactType });
    if (artifactType === SBOM) wanted.push(digest);
  }
  const path = `/v2/a/referrers/${subject.digest}`;
  const all = await pages(served, `${path}?artifactType=${encodeURIComponent(SBOM)}&n=4`);
  expect(all.map((page) => json(page).manifests.length)).toEqual([4, 2]);
  for (const { headers } of all) expect(headers['oci-filters-applied']).toBe('artifactType');
  expect(referrers(all).map(({ digest }) => digest)).toEqual(wanted.sort());
  // A raw plus is a space, and no type has one.
  expect(referrers([await served.send('GET', `${path}?artifactType=${SBOM}`)])).toEqual([]);
  expect(referrers(await pages(served, `${path}?n=2`))).toHaveLength(9);
  expectError(await served.send('GET', `${path}?last=x`), 400, 'DIGEST_INVALID');
});

it('finds what four other tools attached, and leaves out what only a list says (E74)', async () => {
  const layout = await HandWrittenLayout.begin();
  const subject = await layout.image('subject');
  const [oras, regctl, olareg, containerd] = [
    await layout.referrer(subject, 'application/oras'),
    await layout.referrer(subject, 'application/regctl'),
    await layout.referrer(subject, 'application/olareg'),
    await layout.referrer(subject, 'application/containerd'),
  ];
  const liar = await layout.image('no subject');
  const absent: Descriptor = { mediaType: MANIFEST, digest: NONE, size: 100 };
  const tagList = await layout.document({ manifests: [regctl, liar, absent] });
  const noteList = await layout.document({ manifests: [olareg, { ...oras, size: 3 }] });
  await layout.index([
    tagged(subject, 'v1'),
    oras,
    tagged(tagList, subject.digest.replace(':', '-')),
    { ...noteList, annotations: { 'org.olareg.referrer.subject': subject.digest } },
    { ...containerd, annotations: { 'io.containerd.manifest.subject': subject.digest } },
  ]);
  const served = await Served.start({ directory: layout.directory });
  const found = referrers(await pages(served, `/v2/layout/referrers/${subject.digest}?n=3`));
  expect(found.map(({ artifactType }) => artifactType).sort()).toEqual([
    'application/containerd',
    'application/olareg',
    'application/oras',
    'application/regctl',
  ]);
});

it('lists 10,000 referrers in pages, and reads each once (E79)', async () => {
  const layout = await HandWrittenLayout.begin();
  const subject = await layout.image('subject');
  const config = await layout.blob('{}', 'application/vnd.oci.empty.v1+json');
  const made: Descriptor[] = [];
  for (let start = 0; start < 10_000; start += 200) {
    const some = Array.from({ length: 200 }, (_, n) =>
      layout.document({ artifactType: SBOM, config, layers: [], subject, annotations: { n: String(start + n) } }),
    );
    made.push(...(await Promise.all(some)));
  }
  await layout.index([tagged(subject, 'v1'), ...made]);
  const served = await Served.start({ directory: layout.directory });
  const path = `/v2/layout/referrers/${subject.digest}`;
  const began = performance.now();
  const all = await pages(served, path);
  const firstTime = performance.now() - began;
  expect(all.map((page) => json(page).manifests.length)).toEqual(Array.from({ length: 10 }, () => 1000));
  expect(referrers(all).map(({ digest }) => digest)).toEqual(made.map(({ digest }) => digest).sort());
  const again = performance.now();
  const list = await served.send('GET', path);
  const onePage = performance.now() - again;
  expect(json(list).manifests).toHaveLength(1000);
  expect(onePage).toBeLessThan(Math.max(firstTime / 4, 200));
}, 120_000);
