import { describe, expect, it } from 'vitest';
import { isPredicateType, parsePredicateType } from '../../../src/formats/kinds/predicate-type.js';
import { predicateTypeIn } from '../../../src/formats/recognise/predicate-type-in.js';
import { layersOf } from '../../../src/oci/documents/manifest.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import { selectAttached } from '../../../src/operations/attached/select.js';
import { copy } from '../../../src/operations/copy/copy.js';
import { detach } from '../../../src/operations/detach/detach.js';
import { discover } from '../../../src/operations/discover/discover.js';
import { prune } from '../../../src/operations/prune/prune.js';
import { read } from '../../../src/operations/pull/read.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { begin } from '../../store/registry/support/start.js';
import { pushImage } from '../../store/support/artifacts.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { DELETING_PLACES } from '../detach/support/detaching.js';
import { put, SBOM } from '../support/attached.js';
import {
  attachBundle,
  BUNDLE,
  buildkitIndex,
  bundle,
  cosignTag,
  DSSE,
  envelope,
  IN_TOTO,
  PROVENANCE_PREDICATE,
  SPDX,
  SPDX_PREDICATE,
  statement,
} from '../support/mechanisms.js';
import { newLayout, PLACES } from '../support/places.js';
import { attestation, referrer } from '../support/signing.js';

const REVIEW = 'https://acme.example/review/v1';
const review = statement('{"verdict":"good"}', REVIEW);
const OTHER = 'application/vnd.acme.review';

const digestsOf = async (store: Store, descriptor: Descriptor, predicateType: string) =>
  (await selectAttached(store, { descriptor }, { predicateType, all: true })).map(
    ({ descriptor: { digest } }) => digest,
  );

describe.each(PLACES)('a predicate type in %s', (_what, open) => {
  async function image() {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    return { store, descriptor };
  }

  it.each([
    ['a bundle', BUNDLE, BUNDLE, bundle(review)],
    ['an envelope', DSSE, DSSE, envelope(review)],
    ['a bare statement', IN_TOTO, IN_TOTO, review],
    ['an artifact of another type', OTHER, IN_TOTO, review],
    ['an artifact whose layer has no telling type', OTHER, 'application/octet-stream', envelope(review)],
    ['what cosign attaches', 'application/vnd.dev.cosign.artifact.att.v1+json', DSSE, envelope(review)],
  ])('is read from %s that has no annotation', async (_which, artifactType, type, text) => {
    const { store, descriptor } = await image();
    const { descriptor: attached } = await referrer(store, descriptor, artifactType, { type, text });
    await attachBundle(store, descriptor);
    await put(store, descriptor, SBOM);
    expect(await digestsOf(store, descriptor, REVIEW)).toEqual([attached.digest]);
    expect(await digestsOf(store, descriptor, 'https://acme.example/review')).toEqual([attached.digest]);
    await expect(digestsOf(store, descriptor, 'https://acme.example/rev')).rejects.toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('has nothing of predicate type https://acme.example/rev attached'),
    });
    expect(await read({ store, ...descriptor }, { predicateType: REVIEW })).toEqual(Buffer.from(text));
  });

  it("tells the layers of cosign's tag and of an attestation manifest of BuildKit apart", async () => {
    const { store, descriptor } = await image();
    const layers = [review, statement()].map((text) => ({ type: DSSE, text: envelope(text) }));
    await cosignTag(store, descriptor, '.att', ...layers);
    expect(await read({ store, ...descriptor }, { predicateType: REVIEW })).toEqual(Buffer.from(envelope(review)));
    // The kind is that of the statement, once it is read.
    const both = { predicateType: 'spdxjson', kind: 'sbom', format: 'spdx' } as const;
    expect(await read({ store, ...descriptor }, both, { unwrap: true })).toEqual(Buffer.from(SPDX));
    const { index, images } = await buildkitIndex(store);
    const found = await discover(
      { store, ...index.descriptor },
      { selection: { predicateType: PROVENANCE_PREDICATE } },
    );
    expect(found.platforms?.map(({ referrers }) => referrers.map(({ predicateType }) => predicateType))).toEqual(
      images.map(() => [PROVENANCE_PREDICATE]),
    );
  });

  it('counts each statement of a manifest with several', async () => {
    const { store, descriptor } = await image();
    const annotated = (type: string) => ({ 'in-toto.io/predicate-type': type });
    const several = await referrer(
      ...([store, descriptor, IN_TOTO] as const),
      { type: IN_TOTO, text: statement(), annotations: annotated(SPDX_PREDICATE) },
      { type: IN_TOTO, text: review, annotations: annotated(REVIEW) },
    );
    for (const type of [REVIEW, SPDX_PREDICATE])
      expect(await digestsOf(store, descriptor, type)).toEqual([several.descriptor.digest]);
  });

  it('is that of the signed statement where it is verified', async () => {
    const { store, descriptor } = await image();
    const key = makeKey();
    const said = { predicateType: REVIEW, predicate: '{"verdict":"good"}', promised: PROVENANCE_PREDICATE };
    await cosignTag(store, descriptor, '.att', attestation(key, descriptor.digest, said));
    const use = { verify: true, trust: [key.trust] };
    const verified = (predicateType: string) => read({ store, ...descriptor }, { predicateType }, use);
    expect(JSON.parse((await verified(REVIEW)).toString())).toHaveProperty('payload');
    await expect(verified(PROVENANCE_PREDICATE)).rejects.toMatchObject({ code: 'NO_MATCH' });
    // Without a trust it is what the annotation claims.
    expect(await digestsOf(store, descriptor, PROVENANCE_PREDICATE)).toHaveLength(1);
  });
});

describe.each(DELETING_PLACES)('a predicate type in %s', (_what, open) => {
  it('selects what is copied and detached', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const { descriptor: attached } = await referrer(store, descriptor, BUNDLE, { type: BUNDLE, text: bundle(review) });
    await attachBundle(store, descriptor);
    const target = await newLayout();
    const selection = { predicateType: REVIEW };
    const { stays } = await prune(store, { olderThan: 1, selection, dryRun: true });
    expect(stays).toMatchObject([{ digest: attached.digest, reason: 'undated' }]);
    await copy({ store, tag: 'v1' }, { store: target, tag: 'v1' }, { recursive: true, selection });
    const there = await discover({ store: target, tag: 'v1' }, { selection });
    expect(there.referrers).toMatchObject([{ predicateType: REVIEW }]);
    expect((await discover({ store: target, tag: 'v1' })).referrers).toHaveLength(1);
    await detach({ store, tag: 'v1' }, { selection });
    expect((await discover({ store, tag: 'v1' })).referrers).toMatchObject([{ predicateType: SPDX_PREDICATE }]);
    await expect(detach({ store, tag: 'v1' }, { selection })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });
});

describe('a predicate type that cannot be read', () => {
  it.each(['blobs', 'manifests'])('is not taken for another one, where %s are not answered', async (what) => {
    let broken: string | undefined;
    const fault = ({ path }: { readonly path: string }) =>
      broken !== undefined && path.includes(broken) ? { status: 403 } : undefined;
    const { store } = await begin({ fault });
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    const layer = { type: IN_TOTO, text: review };
    const attached = await referrer(store, descriptor, OTHER, layer);
    broken = what === 'blobs' ? `/blobs/${layersOf(attached)[0]?.digest}` : `/manifests/${attached.descriptor.digest}`;
    const selection = { predicateType: PROVENANCE_PREDICATE };
    await expect(selectAttached(store, { descriptor }, selection)).rejects.toMatchObject({ code: 'INCOMPLETE' });
    await expect(detach({ store, tag: 'v1' }, { selection })).rejects.toMatchObject({ code: 'INCOMPLETE' });
    const { incomplete } = await discover({ store, tag: 'v1' }, { selection, partial: true });
    expect(incomplete).toMatchObject([{ error: { code: 'FORBIDDEN' } }]);
  });
});

describe('a predicate type as text', () => {
  it('is a URI, or a name of cosign', () => {
    expect(parsePredicateType('vuln')).toBe('https://cosign.sigstore.dev/attestation/vuln/v1');
    expect(parsePredicateType('cosign.sigstore.dev/attestation/vuln/v1')).toMatch(/^cosign/);
    for (const text of ['', 'sbom', 'https:', 'https://a b', 'a/b', `https://a/${'b'.repeat(1000)}`])
      expect(() => parsePredicateType(text)).toThrow(/is neither a URI nor a name$/);
  });

  it('is the same with a version, and without', () => {
    expect(isPredicateType('spdx', 'https://spdx.dev/Document/v2.3')).toBe(true);
    expect(isPredicateType('https://spdx.dev/Document/v2.3', 'https://spdx.dev/Document')).toBe(false);
    expect(isPredicateType('https://spdx.dev/Doc', 'https://spdx.dev/Document')).toBe(false);
    expect(isPredicateType('slsaprovenance', 'https://slsa.dev/provenance/v1')).toBe(false);
  });

  it('stands in a statement, wherever that is', () => {
    const behind = `{"_type":"https://in-toto.io/Statement/v1","predicate":{"predicateType":"x"},"predicateType":"${REVIEW}"}`;
    for (const text of [behind, envelope(behind), bundle(behind)])
      expect(predicateTypeIn(Buffer.from(text))).toBe(REVIEW);
    for (const text of [
      '',
      '[]',
      '{}',
      SPDX,
      `{"predicateType":"${REVIEW}"}`,
      '{"payloadType":"x","payload":"!"}',
      '{"payload":"e30"}',
    ])
      expect(predicateTypeIn(Buffer.from(text))).toBeUndefined();
  });
});
