import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { type PullOptions, pull } from '../../../src/operations/pull/pull.js';
import { pullToStream } from '../../../src/operations/pull/to-stream.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import type { Fault, FaultRequest } from '../../support/loopback.js';
import { tempDir } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { cosignTag, DSSE, SPDX } from '../support/mechanisms.js';
import { attestation, referrer, sign, signature } from '../support/signing.js';
import { layerOf } from './support/pulling.js';

const key = makeKey();
const other = makeKey();
const use = { verify: true, trust: [key.trust] } as const;
const sbom = { selection: { kind: 'sbom' }, unwrap: true } as const;

/** A registry whose answers a test changes once it is filled. */
async function changing() {
  let change: ((request: FaultRequest) => Fault | undefined) | undefined;
  const { store, registry } = await begin({ fault: (request) => change?.(request) });
  const from = (next: (request: FaultRequest) => Fault | undefined) => {
    registry.clear();
    change = next;
  };
  return { store, registry, from };
}

/** The texts of the files, or the code of the failure, after which no file is there. */
async function outcome(store: Store, options: PullOptions) {
  const output = await tempDir();
  try {
    await pull({ store, tag: 'v1' }, { ...use, output, ...options });
  } catch (error) {
    expect(await readdir(output)).toEqual([]);
    return error;
  }
  return Promise.all((await readdir(output)).map((name) => readFile(join(output, name), 'utf8')));
}

describe('between the check and the use', () => {
  it('a tag moves, and the artifact that was judged is written', async () => {
    const { store, registry, from } = await changing();
    const type = { artifactType: 'application/x' };
    const good = await push(store, [{ content: 'good', name: 'a.txt' }], { ...type, tags: ['v1'] });
    const evil = await push(store, [{ content: 'evil', name: 'a.txt' }], { ...type, tags: ['v2'] });
    await sign(store, good.manifest.descriptor, key);
    const body = Buffer.from(evil.manifest.bytes);
    const headers = { 'content-type': evil.manifest.descriptor.mediaType };
    from(({ path, count }) =>
      path.endsWith('/manifests/v1') && count > 1 ? { status: 200, headers, body } : undefined,
    );
    expect(await outcome(store, {})).toEqual(['good']);
    expect(registry.requests.filter(({ path }) => path.endsWith('/manifests/v1'))).toHaveLength(1);
  });

  it.each([1, 2, 3])(
    'an envelope is swapped at the request %i, and nothing of the other one is written',
    async (at) => {
      const { store, from } = await changing();
      const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
      const manifest = await cosignTag(store, descriptor, '.att', attestation(key, descriptor.digest));
      const { digest } = layerOf(manifest);
      const body = attestation(other, descriptor.digest, { predicate: '{"spdxVersion":"SPDX-2.3","evil":1}' }).text;
      from(({ path, count }) => (path.endsWith(digest) && count === at ? { status: 200, body } : undefined));
      for (const unwrap of [true, false]) {
        const found = await outcome(store, { ...sbom, unwrap });
        expect(JSON.stringify(found)).not.toContain('evil');
        expect(found).not.toEqual([body]);
      }
    },
  );

  it('a manifest under a digest is swapped, and is refused', async () => {
    const { store, from } = await changing();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const good = await referrer(store, descriptor, DSSE, attestation(key, descriptor.digest));
    const evil = await referrer(store, descriptor, DSSE, attestation(other, descriptor.digest));
    const body = Buffer.from(evil.bytes);
    const headers = { 'content-type': evil.descriptor.mediaType };
    from(({ path }) => (path.endsWith(good.descriptor.digest) ? { status: 200, headers, body } : undefined));
    expect(await outcome(store, sbom)).toMatchObject({ code: 'INCOMPLETE' });
  });
});

describe('junk and damage beside what is verified', () => {
  it('spoil nothing', async () => {
    const { store, from } = await changing();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const mine = await referrer(store, descriptor, DSSE, attestation(key, descriptor.digest));
    const lost = await referrer(
      store,
      descriptor,
      DSSE,
      attestation(other, descriptor.digest, { predicate: '{"a":1}' }),
    );
    await cosignTag(store, descriptor, '.sig', signature(other, descriptor.digest));
    await cosignTag(store, descriptor, '.att', { type: DSSE, text: '{"payload":' }, { type: DSSE, text: '[]' });
    const { digest } = layerOf(lost);
    for (const status of [404, 200]) {
      from(({ path }) => (path.endsWith(digest) ? { status, body: 'x'.repeat(10) } : undefined));
      expect(await outcome(store, sbom)).toEqual([SPDX]);
    }
    const damaged = layerOf(mine).digest;
    from(({ path }) => (path.endsWith(damaged) ? { status: 404 } : undefined));
    expect(await outcome(store, sbom)).toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('a place that does not answer is not one without signatures', async () => {
    const { store, from } = await changing();
    await push(store, [{ content: 'a', name: 'a.txt' }], { artifactType: 'application/x', tags: ['v1'] });
    from(({ path }) => (path.endsWith('.sig') ? { status: 403 } : undefined));
    expect(await outcome(store, {})).toMatchObject({ code: 'INCOMPLETE' });
  });
});

describe('standard output', () => {
  it('gets the payload that was judged, or nothing', async () => {
    const { store } = await changing();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTag(store, descriptor, '.att', attestation(other, descriptor.digest));
    const out = new PassThrough();
    const at = { store, tag: 'v1' };
    await expect(pullToStream(at, out, { ...use, ...sbom })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await cosignTag(store, descriptor, '.att', attestation(key, descriptor.digest));
    await pullToStream(at, out, { ...use, ...sbom });
    out.end();
    expect(await text(out)).toBe(SPDX);
  });
});
