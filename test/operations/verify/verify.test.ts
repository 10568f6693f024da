import { describe, expect, it } from 'vitest';
import { verify } from '../../../src/operations/verify/verify.js';
import { pushImage } from '../../store/support/artifacts.js';
import { makeKey, toJson } from '../../trust/support/envelopes.js';
import { PLACES } from '../support/places.js';
import { attached, attLayer, DSSE, layer, PROVENANCE, SBOM, sigLayer, sign, underTag } from './support/signing.js';

const key = makeKey();
const other = makeKey();
const trust = [key.trust];

describe.each(PLACES)('verify in %s', (_what, open) => {
  it('tells which signatures below tags of cosign are made by a given key', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await sign(store, descriptor.digest, other, key);
    await underTag(store, descriptor.digest, '.att', attLayer([key], descriptor.digest, PROVENANCE));
    const result = await verify({ store, tag: 'v1' }, { trust });
    expect(result).toMatchObject({ ...descriptor, outcome: 'verified', incomplete: [], missing: [] });
    expect(result.referrers).toMatchObject([
      { kind: 'signature', verdict: 'unchecked', reason: 'untrusted' },
      { kind: 'signature', verdict: 'verified', trusts: [key.trust.name], signer: { type: 'key' } },
      { kind: 'provenance', verdict: 'verified', predicateType: PROVENANCE, formats: ['dsse'] },
    ]);
    expect([...result]).toHaveLength(3);
    expect(result.coveredBy).toBe(result.referrers[1]?.digest);
  });

  it('takes the kind of an envelope from its payload, whatever its manifest says', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    await attached(store, descriptor, SBOM, attLayer([key], descriptor.digest, PROVENANCE));
    const result = await verify({ store, digest: descriptor.digest }, { trust });
    expect(result.referrers).toMatchObject([{ artifactType: SBOM, kind: 'provenance', verdict: 'verified' }]);
    await expect(verify({ store, digest: descriptor.digest }, { trust, require: ['sbom'] })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
  });

  it('covers an SBOM by a signature of its manifest, and nothing that merely refers to a signed image', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await attached(store, descriptor, SBOM, layer(toJson({ signed: true }), SBOM));
    await attached(store, descriptor, SBOM, layer(toJson({ signed: false }), SBOM));
    const signature = await sign(store, sbom.descriptor.digest, key);
    await sign(store, descriptor.digest, key);
    const result = await verify({ store, digest: descriptor.digest }, { trust, require: ['sbom', 'signature'] });
    const sboms = result.referrers.filter(({ kind }) => kind === 'sbom');
    const [layerOfIt] = 'layers' in signature.content ? signature.content.layers : [];
    expect(sboms).toHaveLength(2);
    expect(sboms.find(({ digest }) => digest === sbom.descriptor.digest)).toMatchObject({
      verdict: 'verified',
      coveredBy: layerOfIt?.digest,
      referrers: [{ kind: 'signature', verdict: 'verified' }],
    });
    expect(sboms.find(({ digest }) => digest !== sbom.descriptor.digest)).toMatchObject({
      verdict: 'unchecked',
      reason: 'unsigned',
    });
  });

  it('does not cover an SBOM by an attestation of its manifest: a scanner attests all that it sees', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const sbom = await attached(store, descriptor, SBOM, layer(toJson({ name: 'of an attacker' }), SBOM));
    const { digest } = sbom.descriptor;
    await underTag(store, digest, '.att', attLayer([key], digest, 'https://cosign.sigstore.dev/attestation/vuln/v1'));
    const result = await verify({ store, digest: descriptor.digest }, { trust, require: ['sbom'], partial: true });
    expect(result).toMatchObject({
      outcome: 'not-verified',
      referrers: [{ kind: 'sbom', verdict: 'unchecked', referrers: [{ kind: 'scan', verdict: 'verified' }] }],
    });
  });

  it('covers an envelope of somebody else by a signature of its manifest, as what its payload says', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const { digest } = descriptor;
    const envelope = await attached(store, descriptor, SBOM, attLayer([other], digest, PROVENANCE));
    const run = () => verify({ store, digest }, { trust, require: ['provenance'] });
    await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await sign(store, envelope.descriptor.digest, key);
    const [node] = (await run()).referrers;
    expect(node).toMatchObject({ kind: 'provenance', verdict: 'verified', coveredBy: node?.referrers[0]?.digest });
    await expect(verify({ store, digest }, { trust, require: ['sbom'] })).rejects.toMatchObject({ code: 'NO_MATCH' });
    // The image itself has no signature of its own.
    await expect(verify({ store, digest }, { trust })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('makes no signature hold by a signature of it', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const { digest } = descriptor;
    const first = await attached(store, descriptor, 'application/vnd.example', sigLayer(other, digest));
    await sign(store, first.descriptor.digest, key);
    await expect(verify({ store, digest }, { trust, require: ['signature'] })).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
    });
  });

  it('judges each layer of a referrer, in whatever type it is written', async () => {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image');
    const { digest } = descriptor;
    await attached(
      store,
      descriptor,
      'application/vnd.dev.cosign.artifact.sig.v1+json',
      sigLayer(other, digest),
      sigLayer(key, digest),
    );
    await attached(
      store,
      descriptor,
      'application/vnd.example',
      attLayer([key], digest, PROVENANCE, 'application/octet-stream'),
    );
    await attached(
      store,
      descriptor,
      'application/vnd.example',
      attLayer([key], digest, PROVENANCE, 'application/vnd.in-toto.provenance+dsse'),
    );
    await attached(
      store,
      descriptor,
      'application/vnd.example',
      layer(toJson({ any: 'file' }), 'application/octet-stream'),
    );
    const result = await verify({ store, digest }, { trust });
    const verdicts = result.referrers.map(({ kind, verdict, reason = '' }) => `${kind} ${verdict} ${reason}`.trim());
    expect(verdicts.sort()).toEqual([
      'provenance verified',
      'provenance verified',
      'signature unchecked untrusted',
      'signature verified',
      'undefined unchecked unsigned',
    ]);
  });
});

describe('verify fails', () => {
  const image = async () => {
    const [, open] = PLACES[0] ?? [];
    if (open === undefined) throw new Error('no place');
    const store = await open();
    return { store, ...(await pushImage(store, 'image')).descriptor };
  };

  it('with 3 where nothing is signed, and with 5 where it is, by others', async () => {
    const { store, digest } = await image();
    const run = () => verify({ store, digest }, { trust });
    await expect(run()).rejects.toMatchObject({ code: 'NO_MATCH' });
    await underTag(store, digest, '.sbom', layer(toJson({}), SBOM));
    await expect(run()).rejects.toMatchObject({ code: 'NO_MATCH' });
    await sign(store, digest, other);
    await expect(run()).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
      message: expect.stringContaining('no given key'),
    });
    await sign(store, digest, key);
    expect(await run()).toMatchObject({ outcome: 'verified' });
  });

  it('with 5 for a required kind that is there, with 3 for one that is not, and 5 beats 3', async () => {
    const { store, digest } = await image();
    await underTag(store, digest, '.sbom', layer(toJson({}), SBOM));
    await sign(store, digest, key);
    const run = (...require: readonly string[]) => verify({ store, digest }, { trust, require });
    await expect(run('sbom')).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await expect(run('vex')).rejects.toMatchObject({ code: 'NO_MATCH' });
    await expect(run('vex', 'sbom')).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    expect(
      await verify({ store, digest }, { trust, require: ['vex', 'sbom', 'signature'], partial: true }),
    ).toMatchObject({
      outcome: 'not-verified',
      missing: [
        { kind: 'vex', isThere: false },
        { kind: 'sbom', isThere: true },
      ],
    });
  });

  it('with 5 for a signature of another image, also beside a good one with noWrong', async () => {
    const { store, digest } = await image();
    const moved = (await pushImage(store, 'another')).descriptor.digest;
    await underTag(store, digest, '.sig', sigLayer(key, moved));
    await expect(verify({ store, digest }, { trust })).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
      message: expect.stringContaining(moved),
    });
    await sign(store, digest, key);
    expect(await verify({ store, digest }, { trust })).toMatchObject({ outcome: 'verified' });
    await expect(verify({ store, digest }, { trust, noWrong: true })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('with 2 without trust, and gives an example for each kind of signature', async () => {
    const { store, digest } = await image();
    await expect(verify({ store, digest })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await sign(store, digest, key);
    await expect(verify({ store, digest })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      hint: expect.stringContaining('--key'),
      message: expect.stringMatching(/; a signature by a key is attached$/),
    });
    await expect(verify({ store, tag: 'absent' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('never takes a digest that is cut', async () => {
  await expect(verify('oci:./layout@sha256:abc', { trust })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(verify('localhost:5000/app@sha256:abc', { trust })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(DSSE).toContain('dsse');
});
