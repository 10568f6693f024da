import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { type DiscoverOptions, discover } from '../../../src/operations/discover/discover.js';
import { pull } from '../../../src/operations/pull/pull.js';
import { read } from '../../../src/operations/pull/read.js';
import { attest } from '../../../src/operations/sign/attest.js';
import { sign } from '../../../src/operations/sign/sign.js';
import { verify } from '../../../src/operations/verify/verify.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { openStore } from '../../../src/store/open.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { pushImage } from '../../store/support/artifacts.js';
import { newKey, pemOf, publicPemOf } from '../../support/signing-keys.js';
import { tempDir } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { put, SBOM, SCAN, SIGNATURE } from '../support/attached.js';
import { attachBundle, BUNDLE, buildkitIndex, cosignTag, layered, SPDX } from '../support/mechanisms.js';
import { inDirectory, PLACES } from '../support/places.js';
import { sign as signAsCosign } from '../verify/support/signing.js';

const layout = async () => openStore({ kind: 'layout', path: join(await tempDir(), 'layout') }, { create: true });
const [, api = layout, tag = layout] = PLACES.map(([, open]) => open);

const PAIRS: readonly (readonly [string, string, () => Promise<Store>, () => Promise<Store>])[] = [
  ['a layout', 'another layout', layout, layout],
  ['a layout', 'a registry without the API', layout, tag],
  ['a registry with the API', 'a layout', api, layout],
  ['a registry with the API', 'one without it', api, tag],
  ['a registry without the API', 'one with it', tag, api],
];

async function begin(open = layout, openElsewhere = layout) {
  const [store, referrersIn] = [await open(), await openElsewhere()];
  await inDirectory({ 'sbom.spdx.json': SPDX });
  const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
  const [here, there] = [store.format({}), referrersIn.format({})];
  return { store, referrersIn, descriptor, here, there, subject: { store, tag: 'v1' } as const };
}

/** What is attached, as `TYPE in PLACES`; the place of the subject alone is left out. */
async function found(store: Store, options: DiscoverOptions): Promise<readonly string[]> {
  const all = [...(await discover({ store, tag: 'v1' }, options))];
  return all
    .map(({ artifactType, mediaType, places = [] }) => [artifactType ?? mediaType, ...places].join(' in '))
    .sort();
}

describe.each(PAIRS)('what is attached to an image in %s, and lives in %s', (_here, _there, open, openElsewhere) => {
  it('is attached there, and found, pulled, copied and removed from there', async () => {
    const { store, referrersIn, descriptor, here, there, subject } = await begin(open, openElsewhere);
    const attached = await attach(subject, ['sbom.spdx.json'], { referrersIn, settle: false, confirm: true });
    const { reference } = attached;
    expect(attached.subject.reference).toBe(store.format({ digest: descriptor.digest }));
    expect(reference).toBe(referrersIn.format({ digest: attached.digest }));
    expect(await found(store, {})).toEqual([]);
    const { referrers, asked } = await discover(subject, { referrersIn });
    expect(referrers).toMatchObject([{ reference, artifactType: SBOM, places: [there] }]);
    expect(new Set(asked.map(({ place }) => place))).toEqual(new Set([here, there]));
    expect((await read(subject, { kind: ['sbom'] }, { referrersIn })).toString()).toBe(SPDX);
    const { artifacts } = await pull(subject, { selection: { kind: ['sbom'] }, referrersIn, output: 'out' });
    expect(artifacts).toMatchObject([{ reference, files: [{ from: reference }] }]);
    expect(await readFile('out/sbom.spdx.json', 'utf8')).toBe(SPDX);
    await copy(subject, 'oci:./mirror:v1', { recursive: true, referrersIn });
    expect((await discover('oci:./mirror:v1')).referrers).toMatchObject([{ artifactType: SBOM }]);
    const options = { selection: { all: true }, referrersIn, settle: false } as const;
    const planned = await detach(subject, { ...options, dryRun: true });
    expect(planned.removed).toMatchObject([{ reference, place: there }]);
    expect(await detach(subject, options)).toMatchObject({ removed: planned.removed, incomplete: [] });
    expect(await found(store, { referrersIn })).toEqual([]);
  });

  it('stands beside what is with the image, by every way, and is told once where both have it', async () => {
    const { store, referrersIn, descriptor, here, there, subject } = await begin(open, openElsewhere);
    await put(store, descriptor, SCAN);
    const sbom = await put(referrersIn, descriptor, SBOM);
    await put(referrersIn, sbom, SIGNATURE);
    await put(store, sbom, SIGNATURE);
    await cosignTag(referrersIn, descriptor, '.sig', { type: 'application/x-sig', text: 'x' });
    await attachBundle(referrersIn, descriptor);
    expect(await found(store, { referrersIn })).toEqual(
      [
        SCAN,
        `${SBOM} in ${there}`,
        `${BUNDLE} in ${there}`,
        `${SIGNATURE} in ${here} in ${there}`,
        `application/x-sig in ${there}`,
      ].sort(),
    );
    const removed = await detach(subject, { selection: { all: true }, recursive: true, referrersIn, settle: false });
    expect(removed.removed.filter(({ artifactType }) => artifactType === SIGNATURE).map(({ place }) => place)).toEqual([
      there,
      here,
    ]);
    expect(removed).toMatchObject({ blocked: [], incomplete: [] });
    expect(await found(store, { referrersIn })).toEqual([]);
  });

  it('is told by its layers where the other place lists the manifest alone, and removed from both', async () => {
    const { store, referrersIn, descriptor, here, there, subject } = await begin(open, openElsewhere);
    const layers = ['one', 'two'].map((text) => ({ type: 'application/x-sig', text }));
    const fields = { subject: descriptor, artifactType: SIGNATURE };
    await layered(store, layers, { fields });
    await layered(referrersIn, layers, { fields, tags: [`${referrersTag(descriptor.digest)}.sig`] });
    const both = `application/x-sig in ${here} in ${there}`;
    expect(await found(store, { referrersIn })).toEqual([both, both]);
    const { removed, incomplete } = await detach(subject, { selection: { all: true }, referrersIn, settle: false });
    expect([removed.map(({ place }) => place), incomplete]).toEqual([[there, there, here, here], []]);
    expect(await found(store, { referrersIn })).toEqual([]);
  });

  it('can be signatures: of the image, of either tool, made once', async () => {
    const { store, referrersIn, descriptor, subject } = await begin(open, openElsewhere);
    const [key, old] = [newKey(), makeKey()];
    await signAsCosign(referrersIn, descriptor.digest, old);
    const options = { key: pemOf(key), referrersIn, settle: false, created: '2026-01-01T00:00:00Z' } as const;
    expect(await sign(subject, { ...options, dryRun: true })).toMatchObject({ result: 'written' });
    const { digest } = await sign(subject, options);
    const again = await sign(subject, options);
    expect(again).toMatchObject({ digest, result: 'exists', reference: referrersIn.format({ digest }) });
    expect(again.subject.reference).toBe(store.format({ digest: descriptor.digest }));
    const attested = await attest(subject, 'sbom.spdx.json', options);
    expect(attested.reference).toBe(referrersIn.format({ digest: attested.digest }));
    const trust = [trustKey(publicPemOf(key)), old.trust];
    const judged = await verify(subject, { trust, referrersIn, require: ['sbom@spdx'], noWrong: true });
    expect(judged.outcome).toBe('verified');
    expect(judged.referrers.map(({ verdict, places }) => [verdict, places])).toEqual(
      Array(3).fill(['verified', [referrersIn.format({})]]),
    );
    await expect(verify(subject, { trust })).rejects.toMatchObject({ code: 'NO_MATCH' });
    const bytes = await read(subject, { kind: ['sbom'] }, { trust, verify: true, unwrap: true, referrersIn });
    expect(bytes.toString()).toBe(SPDX);
    await copy(subject, 'oci:./mirror:v1', { recursive: true, referrersIn, trust, verify: true });
    expect(await verify('oci:./mirror:v1', { trust })).toMatchObject({ outcome: 'verified' });
  });

  it('is found for each platform of an index, beside the attestations in the index', async () => {
    const { store, referrersIn, here } = await begin(open, openElsewhere);
    const { images } = await buildkitIndex(store);
    const arm64 = images[1];
    if (arm64 === undefined) throw new Error('the index has two platforms');
    await put(referrersIn, arm64, SIGNATURE);
    const subject = { store, tag: 'multi' } as const;
    const { platforms = [], asked } = await discover(subject, { referrersIn });
    expect(platforms.map(({ referrers }) => referrers.filter(({ places }) => places).length)).toEqual([0, 1]);
    expect(platforms.map(({ referrers }) => referrers.length)).toEqual([2, 3]);
    expect(asked.filter(({ via }) => via === 'index-child')).toMatchObject([{ place: here }]);
    const one = await discover(subject, { referrersIn, platform: 'linux/arm64' });
    expect(one.referrers.filter(({ places }) => places)).toMatchObject([{ artifactType: SIGNATURE }]);
  });
});

describe("images of cosign's under one tag in both places", () => {
  const both = async () => {
    const started = await begin();
    const { store, referrersIn, descriptor } = started;
    const keys = [makeKey(), makeKey()];
    for (const [index, place] of [store, referrersIn].entries()) {
      const key = keys[index];
      if (key !== undefined) await signAsCosign(place, descriptor.digest, key);
    }
    return { ...started, trust: keys.map((key) => key.trust) };
  };

  it('are both told and verified', async () => {
    const { subject, referrersIn, trust } = await both();
    const { referrers } = await verify(subject, { referrersIn, trust, noWrong: true });
    expect(referrers.map(({ verdict, places }) => [verdict, places])).toEqual([
      ['verified', undefined],
      ['verified', [referrersIn.format({})]],
    ]);
  });

  it('are not copied under one tag: one of them is a referrer, with convert', async () => {
    const { subject, referrersIn, trust } = await both();
    const options = { recursive: true, referrersIn };
    await expect(copy(subject, 'oci:./mirror:v1', options)).rejects.toMatchObject({ code: 'AMBIGUOUS' });
    await copy(subject, 'oci:./mirror:v1', { ...options, convert: true });
    const one = trust[1];
    if (one === undefined) throw new Error('there are two keys');
    expect(await verify('oci:./mirror:v1', { trust: [one] })).toMatchObject({ outcome: 'verified' });
    const { referrers } = await verify('oci:./mirror:v1', { trust });
    expect(referrers.every(({ verdict }) => verdict === 'verified')).toBe(true);
  });
});

describe('the place of attachments', () => {
  it('may be the place of the subject, which is asked once', async () => {
    const { store, descriptor, subject } = await begin();
    await put(store, descriptor, SBOM);
    expect(await discover(subject, { referrersIn: store })).toEqual(await discover(subject));
    const path = store.format({});
    expect(await discover(`${path}:v1`, { referrersIn: path })).toEqual(await discover(`${path}:v1`));
  });

  it('may be an archive, for reading, and hold what the image of another archive has', async () => {
    const { referrersIn, descriptor, subject } = await begin();
    await put(referrersIn, descriptor, SBOM);
    await copy(subject, 'oci-archive:image.tar:v1', {});
    await copy(subject, 'oci-archive:all.tar:v1', { recursive: true, referrersIn });
    const found = await discover('oci-archive:image.tar:v1', { referrersIn: 'oci-archive:all.tar' });
    expect(found.referrers).toMatchObject([{ artifactType: SBOM, places: ['oci-archive:all.tar'] }]);
    const refused = { referrersIn: 'oci-archive:all.tar' };
    await expect(attach(subject, ['sbom.spdx.json'], refused)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(attach(subject, ['sbom.spdx.json'], { ...refused, dryRun: true })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    // The subject is only read.
    await attach('oci-archive:image.tar:v1', ['sbom.spdx.json'], { referrersIn: 'oci:./more' });
    expect((await discover('oci-archive:image.tar:v1', { referrersIn: './more' })).referrers).toHaveLength(1);
  });

  it('is created by attach and sign once the subject is found, and is never taken for an empty one', async () => {
    const { subject, store } = await begin();
    const missing = { store, tag: 'v2' } as const;
    const referrersIn = 'oci:./sigs';
    const options = { referrersIn, key: pemOf(newKey()) };
    for (const work of [
      () => discover(subject, { referrersIn }),
      () => verify(subject, { referrersIn, trust: [makeKey().trust] }),
      () => pull(subject, { referrersIn, selection: { kind: ['sbom'] } }),
      () => copy(subject, 'oci:./copy', { recursive: true, referrersIn }),
      () => detach(subject, { selection: { all: true }, referrersIn }),
      () => attach(missing, ['sbom.spdx.json'], { referrersIn }),
      () => sign(missing, options),
    ])
      await expect(work()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await sign(subject, { ...options, dryRun: true })).toMatchObject({ result: 'written' });
    await expect(readFile('sigs/oci-layout')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await sign(subject, options)).toMatchObject({ result: 'written' });
  });

  it.each(['ghcr.io/acme/sigs:v1', 'oci:./sigs:v1', `ghcr.io/acme/sigs@sha256:${'0'.repeat(64)}`])(
    'is not a tag or a digest, as in %s',
    async (referrersIn) => {
      const { subject } = await begin();
      const refused = { code: 'INVALID_ARGUMENT' };
      await expect(discover(subject, { referrersIn })).rejects.toMatchObject(refused);
      await expect(attach(subject, ['sbom.spdx.json'], { referrersIn })).rejects.toMatchObject(refused);
      await expect(detach(subject, { selection: { all: true }, referrersIn })).rejects.toMatchObject(refused);
    },
  );
});
