import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { referrersTag } from '../../../src/oci/values/referrers-tag.js';
import { type CopyOptions, copy } from '../../../src/operations/copy/copy.js';
import { copySchema } from '../../../src/operations/copy/schema.js';
import { discover } from '../../../src/operations/discover/discover.js';
import type { ReferrerOptions, Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { listTags, pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { buildkitIndex, cosignTag, DSSE, SPDX } from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';
import { attestation, referrer, sign, signature } from '../support/signing.js';

const key = makeKey();
const other = makeKey();
const use = { verify: true, trust: [key.trust] } as const;
const v1 = { tag: 'v1' };
const SPDX_TYPE = 'application/spdx+json';

async function image(store: Store): Promise<Descriptor> {
  return (await pushImage(store, 'image', { tags: ['v1'] })).descriptor;
}

async function copied(from: Store, to: Store, options: CopyOptions = {}) {
  const result = await copy({ store: from, ...v1 }, { store: to, ...v1 }, { settle: false, ...use, ...options });
  expect(copySchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  return result;
}

describe.each(PLACES)('copy --verify from %s', (_what, open) => {
  it.each(PLACES)('to %s takes what a signature covers', async (_to, openTarget) => {
    const [from, to] = [await open(), await openTarget()];
    const root = await image(from);
    await sign(from, root, other, key);
    const { roots } = await copied(from, to);
    expect(roots).toMatchObject([{ digest: root.digest, verified: { trusts: [key.trust.name] } }]);
    expect(await listTags(to)).toEqual(['v1']);
  });

  it.each(PLACES)('to %s writes nothing of what is not verified', async (_to, openTarget) => {
    const [from, to] = [await open(), await openTarget()];
    const root = await image(from);
    await pushImage(to, 'old', { tags: ['v1'] });
    const before = await to.resolve(v1);
    await expect(copied(from, to)).rejects.toMatchObject({ code: 'NO_MATCH' });
    await sign(from, root, other);
    for (const recursive of [false, true])
      await expect(copied(from, to, { recursive })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    expect(await to.resolve(v1)).toEqual(before);
    expect(await to.hasManifest(root.digest)).toBe(false);
    expect(await listTags(to)).toEqual(['v1']);
  });

  it('makes no layout and no archive for what is not verified, and both for what is', async () => {
    const from = await open();
    const root = await image(from);
    await sign(from, root, other);
    const folder = await tempDir();
    const targets = [`oci:${join(folder, 'layout')}:v1`, `oci-archive:${join(folder, 'a.tar')}:v1`];
    for (const target of targets)
      await expect(copy({ store: from, ...v1 }, target, use)).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    for (const name of ['layout', 'a.tar']) expect(existsSync(join(folder, name))).toBe(false);
    await sign(from, root, other, key);
    for (const target of targets) {
      await copy({ store: from, ...v1 }, target, { ...use, recursive: true });
      const found = [...(await discover(target))];
      expect(found.map(({ kind }) => kind)).toEqual(['signature']);
    }
  });

  it('takes with -r the verified attachments and their signatures, and names the others', async () => {
    const [from, to] = [await open(), await newLayout()];
    const root = await image(from);
    await sign(from, root, key);
    const signed = await referrer(from, root, SPDX_TYPE, { type: SPDX_TYPE, text: SPDX });
    const over = await sign(from, signed.descriptor, key);
    const junk = await referrer(from, root, SPDX_TYPE, { type: SPDX_TYPE, text: '{"spdxVersion":"SPDX-2.3"}' });
    const below = await referrer(from, junk.descriptor, DSSE, attestation(other, junk.descriptor.digest));
    const envelope = await referrer(from, root, DSSE, attestation(key, root.digest));
    const theirs = await referrer(from, root, DSSE, attestation(other, root.digest, { predicate: '{"theirs":1}' }));
    const result = await copied(from, to, { recursive: true });
    for (const { descriptor } of [signed, over, envelope]) expect(await to.hasManifest(descriptor.digest)).toBe(true);
    for (const { descriptor } of [junk, below, theirs]) {
      expect(await to.hasManifest(descriptor.digest)).toBe(false);
      expect(result.unverified?.map(({ digest }) => digest)).toContain(descriptor.digest);
    }
    expect(result.unverified).toHaveLength(3);
  });

  it('takes of a selection what is signed to be of the kind, with the signatures that verify it', async () => {
    const [from, to] = [await open(), await newLayout()];
    const root = await image(from);
    const own = await sign(from, root, key);
    const document = await referrer(from, root, SPDX_TYPE, { type: SPDX_TYPE, text: SPDX });
    const over = await sign(from, document.descriptor, key);
    const lie = await referrer(
      from,
      root,
      SPDX_TYPE,
      attestation(key, root.digest, { predicateType: 'https://example.com/x' }),
    );
    await copied(from, to, { recursive: true, selection: { kind: 'sbom' } });
    for (const { descriptor } of [document, over]) expect(await to.hasManifest(descriptor.digest)).toBe(true);
    for (const { descriptor } of [own, lie]) expect(await to.hasManifest(descriptor.digest)).toBe(false);
  });

  it('leaves behind an envelope that stands in one manifest with content that is not signed', async () => {
    const [from, to] = [await open(), await newLayout()];
    const root = await image(from);
    const both = [attestation(key, root.digest), { type: 'text/x-shellscript', text: 'rm -rf /' }];
    const { descriptor } = await referrer(from, root, DSSE, ...both);
    const { unverified } = await copied(from, to, { recursive: true });
    expect(await to.hasManifest(descriptor.digest)).toBe(false);
    expect(unverified).toMatchObject([{ digest: descriptor.digest }]);
  });

  it('takes the signatures of others in one image of cosign along, and names them', async () => {
    const [from, to] = [await open(), await newLayout()];
    const root = await image(from);
    const { descriptor } = await sign(from, root, other, key);
    const { unverified } = await copied(from, to, { recursive: true });
    expect(await to.hasManifest(descriptor.digest)).toBe(true);
    expect(unverified).toMatchObject([{ kind: 'signature', verdict: 'unchecked', isCopied: true }]);
    const without = await newLayout();
    expect((await copied(from, without, { selection: { kind: 'sbom' } })).unverified ?? []).toEqual([]);
    expect(await without.hasManifest(descriptor.digest)).toBe(false);
  });

  it('counts the signature of an index for its platforms, and its attestations with it', async () => {
    const [from, to] = [await open(), await newLayout()];
    const { index, images } = await buildkitIndex(from);
    const [platform] = images;
    await expect(copy({ store: from, tag: 'multi' }, { store: to, tag: 'x' }, use)).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
    await sign(from, index.descriptor, key);
    const options = { ...use, recursive: true, settle: false };
    const one = await copy(
      { store: from, tag: 'multi' },
      { store: to, tag: 'one' },
      { ...options, platform: 'linux/amd64' },
    );
    expect(one.roots).toMatchObject([{ digest: platform?.digest, verified: {} }]);
    const all = await copy({ store: from, tag: 'multi' }, { store: to, tag: 'all' }, options);
    expect(all).toMatchObject({ left: [], unverified: [] });
    expect((await to.resolve({ tag: 'all' })).digest).toBe(index.descriptor.digest);
    // A referrer that is made of an attestation would be signed by nobody.
    const converted = await copy(
      { store: from, tag: 'multi' },
      { store: to, tag: 'all' },
      { ...options, convert: true },
    );
    expect(converted.objects.map(({ digest }) => digest).sort()).toEqual(
      all.objects.map(({ digest }) => digest).sort(),
    );
    // By a bare digest of a platform the index is not known.
    const bare = { store: from, digest: platform?.digest };
    await expect(copy(bare, { store: to, tag: 'bare' }, options)).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('refuses all of several tags where one is not verified', async () => {
    const [from, to] = [await open(), await newLayout()];
    await sign(from, await image(from), key);
    await pushImage(from, 'another', { tags: ['v2'] });
    const options = { ...use, recursive: true, names: { all: true } };
    await expect(copy({ store: from }, { store: to }, options)).rejects.toMatchObject({ code: 'NO_MATCH' });
    expect(await listTags(to)).toEqual([]);
  });

  it('refuses the signature of another image under the tag of this one', async () => {
    const [from, to] = [await open(), await newLayout()];
    const root = await image(from);
    const { descriptor: another } = await pushImage(from, 'another', { tags: ['v2'] });
    await cosignTag(from, root, '.sig', signature(key, another.digest));
    await expect(copied(from, to)).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });
});

describe('copy --verify', () => {
  it('copies what was judged, though the tag moves meanwhile', async () => {
    let moved: string | undefined;
    const { store, registry } = await begin({
      fault: ({ method, path }) =>
        moved !== undefined && method !== 'PUT' && path.endsWith('/manifests/v1') && asked++ > 0
          ? { status: 500 }
          : undefined,
    });
    let asked = 0;
    const root = await image(store);
    await sign(store, root, key);
    const { descriptor: evil } = await pushImage(store, 'evil');
    moved = evil.digest;
    const to = await newLayout();
    // The tag is asked for once: a second answer would be that of another image.
    await copied(store, to, { recursive: true });
    expect((await to.resolve(v1)).digest).toBe(root.digest);
    expect(
      registry.requests.filter(({ path, method }) => method !== 'PUT' && path.endsWith('/manifests/v1')),
    ).toHaveLength(1);
  });

  it('asks again for nothing that was left open: a signature that cannot be read is not left behind silently', async () => {
    let broken = '';
    const { store } = await begin({
      fault: ({ method, path }) =>
        broken !== '' && method === 'GET' && path.includes(broken) ? { status: 403 } : undefined,
    });
    const root = await image(store);
    await sign(store, root, key);
    const { content } = await referrer(store, root, DSSE, attestation(key, root.digest));
    broken = 'layers' in content ? (content.layers[0]?.digest ?? '') : '';
    const to = await newLayout();
    await expect(copied(store, to, { recursive: true })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    expect(await listTags(to)).toEqual([]);
    await copied(store, to);
    expect(await to.findTag(`${referrersTag(root.digest)}.sig`)).toBeUndefined();
  });

  it.each([1, 2])('leaves behind what is attached meanwhile: hidden from question %i', async (hiddenFrom) => {
    const [from, to] = [await newLayout(), await newLayout()];
    const root = await image(from);
    await sign(from, root, key);
    const { descriptor: late } = await referrer(from, root, SPDX_TYPE, { type: SPDX_TYPE, text: SPDX });
    let asked = 0;
    const changing = new Proxy(from, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'referrers') return typeof value === 'function' ? value.bind(target) : value;
        return async function* (subject: Descriptor, options: ReferrerOptions) {
          const isHidden = subject.digest === root.digest && ++asked === hiddenFrom;
          for await (const found of target.referrers(subject, isHidden ? { ...options, onListed: () => {} } : options))
            if (!isHidden || found.descriptor.digest !== late.digest) yield found;
        };
      },
    });
    const { attached } = await copied(changing, to, { recursive: true });
    expect([asked, attached, await to.hasManifest(late.digest)]).toEqual([2, 1, false]);
  });

  it('refuses trust without verify, and verify without trust', async () => {
    for (const options of [{ trust: [key.trust] }, { verify: true }])
      await expect(copy('oci:/nowhere:v1', 'oci:/there:v1', options)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
  });
});
