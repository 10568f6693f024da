import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { detailOf, INDEX, refusal, type Served, serve } from './support/push-start.js';

const document = (n: number) =>
  JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [], annotations: { n: `${n}` } });
const tagOf = (n: number) => `"${digestOf(Buffer.from(document(n)))}"`;
const OTHER = `"sha256:${'0'.repeat(64)}"`;

const put = ({ send }: Served, n: number, headers: Record<string, string | string[]>, reference = 'v') =>
  send('PUT', `/v2/app/manifests/${reference}`, { headers: { 'Content-Type': INDEX, ...headers }, body: document(n) });

const current = async ({ send }: Served) => (await send('HEAD', '/v2/app/manifests/v')).headers.etag;

describe('a PUT on a condition, where the tag has the first manifest', () => {
  it.each([
    ['If-Match', tagOf(1), 201],
    ['If-Match', '*', 201],
    ['If-Match', ` ${OTHER} ,, ${tagOf(1)} `, 201],
    ['If-Match', OTHER, 412],
    ['If-Match', `W/${tagOf(1)}`, 412],
    ['If-Match', `${OTHER}, W/${tagOf(1)}`, 412],
    ['If-Match', '""', 412],
    ['If-None-Match', '*', 412],
    ['If-None-Match', tagOf(1), 412],
    ['If-None-Match', `W/${tagOf(1)}`, 412],
    ['If-None-Match', `${OTHER}, ${tagOf(1)}`, 412],
    ['If-None-Match', OTHER, 201],
    ['If-Match', tagOf(1).slice(1, -1), 400],
    ['If-Match', `${tagOf(1)} ${OTHER}`, 400],
    ['If-None-Match', `*, ${OTHER}`, 400],
    ['If-None-Match', '"', 400],
  ])('%s: %s is answered with %i', async (name, value, status) => {
    const served = await serve();
    expect((await put(served, 1, {})).status).toBe(201);
    const answer = await put(served, 2, { [name]: value });
    expect(answer.status).toBe(status);
    expect(await current(served)).toBe(tagOf(status === 201 ? 2 : 1));
    if (status === 201) return;
    // A refused manifest is not there by its digest, either.
    expect((await served.send('GET', `/v2/app/manifests/${tagOf(2).slice(1, -1)}`)).status).toBe(404);
    if (status === 412) expect(detailOf(answer)).toEqual({ digest: tagOf(1).slice(1, -1) });
    else expect(refusal(answer)).toEqual([400, 'MANIFEST_INVALID']);
  });

  it.each([
    [{ 'If-Match': tagOf(1), 'If-None-Match': OTHER }, 201],
    [{ 'If-Match': tagOf(1), 'If-None-Match': tagOf(1) }, 412],
    [{ 'If-Match': OTHER, 'If-None-Match': OTHER }, 412],
    [{ 'If-Match': [OTHER, tagOf(1)] }, 201],
  ])('%j is answered with %i', async (headers, status) => {
    const served = await serve();
    await put(served, 1, {});
    expect((await put(served, 2, headers)).status).toBe(status);
  });
});

it.each([
  ['a tag', 'v'],
  ['a digest', tagOf(2).slice(1, -1)],
])('for %s that is not there If-Match fails and If-None-Match holds', async (_what, reference) => {
  const served = await serve();
  await put(served, 1, {}, 'another');
  for (const value of ['*', tagOf(2)])
    expect((await put(served, 2, { 'If-Match': value }, reference)).status).toBe(412);
  expect((await put(served, 2, { 'If-None-Match': '*' }, reference)).status).toBe(201);
  expect((await put(served, 2, { 'If-None-Match': '*' }, reference)).status).toBe(412);
  expect((await put(served, 2, { 'If-Match': tagOf(2) }, reference)).status).toBe(201);
});

it('holds the condition under the lock: of many that replace one manifest one wins, at two servers', async () => {
  const one = await serve();
  const other = await serve({ directory: one.directory });
  await put(one, 0, {});
  let before = tagOf(0);
  for (let round = 0; round < 5; round++) {
    const numbers = Array.from({ length: 8 }, (_, n) => 100 * round + n + 1);
    const answers = await Promise.all(numbers.map((n) => put(n % 2 === 0 ? one : other, n, { 'If-Match': before })));
    const winners = numbers.filter((_, index) => answers[index]?.status === 201);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 7 }, () => 412)]);
    before = tagOf(winners[0] ?? -1);
    expect(await current(one)).toBe(before);
  }
  // The manifests of the losers left no files.
  expect(await readdir(join(one.directory, 'app', 'blobs', 'sha256'))).toHaveLength(6);
});

it('creates once where many create with If-None-Match: *', async () => {
  const served = await serve();
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => put(served, n, { 'If-None-Match': '*' })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
});
