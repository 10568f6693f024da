import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/values/digest.js';
import type { Selection } from '../../../src/operations/attached/selection.js';
import { type PullOptions, pull } from '../../../src/operations/pull/pull.js';
import { read } from '../../../src/operations/pull/read.js';
import { pullSchema } from '../../../src/operations/pull/schema.js';
import { push } from '../../../src/operations/push/push.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { makeKey } from '../../trust/support/envelopes.js';
import { buildkitIndex, cosignTag, DSSE, SPDX, SPDX_PREDICATE, statement } from '../support/mechanisms.js';
import { PLACES } from '../support/places.js';
import { attestation, referrer, sign, signature } from '../support/signing.js';
import { layerOf } from './support/pulling.js';

const key = makeKey();
const other = makeKey();
const use = { verify: true, trust: [key.trust] } as const;
const VULNERABILITIES = 'https://cosign.sigstore.dev/attestation/vuln/v1';

/** Pulls into a new directory; the names that are there afterwards, also when it failed. */
async function pulled(store: Store, at: { readonly digest: Digest }, options: PullOptions) {
  const output = await tempDir();
  const names = async () => (await readdir(output)).sort();
  try {
    const result = await pull({ store, ...at }, { ...use, output, ...options });
    expect(pullSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
    const files = result.artifacts.flatMap((artifact) => artifact.files);
    const texts = await Promise.all((await names()).map((name) => readFile(join(output, name), 'utf8')));
    return { result, files, texts };
  } catch (error) {
    expect(await names()).toEqual([]);
    throw error;
  }
}

const sbom = (more: Selection = {}) => ({ selection: { kind: 'sbom', ...more } }) as const;

describe.each(PLACES)('pull --verify of an artifact in %s', (_what, open) => {
  async function artifact(store: Store) {
    const { manifest } = await push(store, [{ content: 'config', name: 'a.txt' }], { artifactType: 'application/x' });
    return manifest.descriptor;
  }

  it('writes what a signature of its manifest covers', async () => {
    const store = await open();
    const subject = await artifact(store);
    const signed = await sign(store, subject, other, key);
    const { files, texts } = await pulled(store, subject, {});
    expect(texts).toEqual(['config']);
    const [, layer] = 'layers' in signed.content ? signed.content.layers : [];
    const signer = { type: 'key', fingerprint: key.trust.fingerprint };
    expect(files).toMatchObject([{ verified: { signature: layer?.digest, signer, trusts: [key.trust.name] } }]);
    expect((await read({ store, ...subject }, {}, use)).toString()).toBe('config');
  });

  it('writes nothing without a signature, or with one by another key', async () => {
    const store = await open();
    const subject = await artifact(store);
    await expect(pulled(store, subject, {})).rejects.toMatchObject({ code: 'NO_MATCH' });
    await sign(store, subject, other);
    await expect(pulled(store, subject, {})).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await expect(read({ store, ...subject }, {}, use)).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('refuses the signature of another artifact under its tag', async () => {
    const store = await open();
    const subject = await artifact(store);
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    await cosignTag(store, subject, '.sig', signature(key, descriptor.digest));
    await expect(pulled(store, subject, {})).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
      message: expect.stringContaining(descriptor.digest),
    });
  });
});

describe.each(PLACES)('pull --verify of attachments in %s', (_what, open) => {
  async function image() {
    const store = await open();
    const { descriptor } = await pushImage(store, 'image', { tags: ['v1'] });
    return { store, descriptor };
  }

  it('gives the SBOM that was signed', async () => {
    const { store, descriptor } = await image();
    await cosignTag(store, descriptor, '.att', attestation(key, descriptor.digest));
    const { texts, files } = await pulled(store, descriptor, { ...sbom(), unwrap: true });
    expect(texts).toEqual([SPDX]);
    expect(files).toMatchObject([{ kind: 'sbom', unwrapped: true, verified: { trusts: [key.trust.name] } }]);
    expect((await read({ store, ...descriptor }, { kind: 'sbom' }, { ...use, unwrap: true })).toString()).toBe(SPDX);
    const whole = await pulled(store, descriptor, sbom());
    expect(JSON.parse(whole.texts[0] ?? '')).toHaveProperty('payload');
  });

  it('leaves out what another key signed, and names it', async () => {
    const { store, descriptor } = await image();
    const mine = attestation(key, descriptor.digest);
    const theirs = attestation(other, descriptor.digest, { predicate: '{"spdxVersion":"SPDX-2.3","name":"theirs"}' });
    await cosignTag(store, descriptor, '.att', theirs, mine);
    const { texts, result } = await pulled(store, descriptor, { ...sbom(), unwrap: true });
    expect(texts).toEqual([SPDX]);
    expect(result.unverified).toMatchObject([{ kind: 'sbom', verdict: 'unchecked', message: expect.any(String) }]);
    await expect(pulled(store, descriptor, { ...sbom(), trust: [makeKey().trust] })).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
    });
  });

  it('goes by the predicate type that is signed, and not by annotations', async () => {
    const { store, descriptor } = await image();
    const lie = attestation(key, descriptor.digest, { predicateType: VULNERABILITIES, promised: SPDX_PREDICATE });
    await cosignTag(store, descriptor, '.att', lie);
    await expect(pulled(store, descriptor, sbom())).rejects.toMatchObject({ code: 'NO_MATCH' });
    const hidden = attestation(key, descriptor.digest, { promised: VULNERABILITIES });
    await cosignTag(store, descriptor, '.att', lie, hidden);
    const { texts } = await pulled(store, descriptor, { ...sbom(), unwrap: true });
    expect(texts).toEqual([SPDX]);
    const byAnnotation = { annotations: [{ key: 'predicateType', value: SPDX_PREDICATE }] };
    await expect(pulled(store, descriptor, { selection: byAnnotation })).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('reads the predicate type of a statement that no annotation tells, and that a signature covers', async () => {
    const { store, descriptor } = await image();
    const type = 'application/vnd.in-toto+json';
    const attached = await referrer(store, descriptor, type, { type, text: statement() });
    const bySpdx = { selection: { predicateType: SPDX_PREDICATE } };
    // It is there, and not verified: that is not the answer for what is not attached.
    await expect(pulled(store, descriptor, bySpdx)).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await expect(pulled(store, descriptor, { selection: { predicateType: VULNERABILITIES } })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
    await sign(store, attached.descriptor, key);
    const { texts } = await pulled(store, descriptor, bySpdx);
    expect(texts).toEqual([statement()]);
  });

  it('chooses by type and annotation what does not contradict its payload', async () => {
    const { store, descriptor } = await image();
    const { annotations: _, ...bare } = attestation(key, descriptor.digest);
    await referrer(store, descriptor, DSSE, bare);
    const lie = attestation(key, descriptor.digest, { predicateType: VULNERABILITIES, promised: SPDX_PREDICATE });
    await referrer(store, descriptor, DSSE, lie);
    const { texts } = await pulled(store, descriptor, { selection: { artifactType: DSSE }, unwrap: true });
    expect(texts).toEqual([SPDX]);
  });

  it('takes what BuildKit made from the index that is signed', async () => {
    const store = await open();
    const { index, images } = await buildkitIndex(store);
    const options = { ...sbom(), unwrap: true, platform: 'linux/arm64' };
    await expect(pulled(store, index.descriptor, options)).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    const signed = await sign(store, index.descriptor, key);
    const { files, texts } = await pulled(store, index.descriptor, options);
    expect(JSON.parse(texts[0] ?? '')).toMatchObject({ name: 'arm64' });
    expect(files).toMatchObject([{ via: ['index-child'], verified: { signature: layerOf(signed).digest } }]);
    const [, platform] = images;
    // By its bare digest the index is not known, and the attestation neither.
    if (platform === undefined) throw new Error('no platform');
    await expect(pulled(store, platform, sbom())).rejects.toMatchObject({ code: 'NO_MATCH' });
  });

  it('judges at most so many signatures, and says where others are', async () => {
    const { store, descriptor } = await image();
    await cosignTag(store, descriptor, '.att', attestation(key, descriptor.digest));
    await sign(store, descriptor, other);
    await expect(pulled(store, descriptor, { ...sbom(), maxSignatures: 1 })).rejects.toMatchObject({
      code: 'INCOMPLETE',
    });
  });

  it('unwraps the payload that was verified, and not one beside it', async () => {
    const { store, descriptor } = await image();
    const { text, ...layer } = attestation(key, descriptor.digest);
    const { text: junk } = attestation(other, descriptor.digest, { predicate: '{"spdxVersion":"SPDX-2.3","evil":1}' });
    const both = JSON.stringify({ ...JSON.parse(text), dsseEnvelope: JSON.parse(junk) });
    await cosignTag(store, descriptor, '.att', { ...layer, text: both });
    const result = await pulled(store, descriptor, { ...sbom(), unwrap: true }).then(
      ({ texts }) => texts,
      ({ code }) => code,
    );
    // An unknown member is refused, or of no account.
    expect([[SPDX], 'NOT_VERIFIED']).toContainEqual(result);
  });

  it('takes verified attachments of attachments as well where all are wanted', async () => {
    const { store, descriptor } = await image();
    const type = 'application/spdx+json';
    const { descriptor: document } = await referrer(store, descriptor, type, { type, text: SPDX });
    await sign(store, descriptor, key);
    await sign(store, document, key);
    const options = { ...use, output: await tempDir() };
    const all = await pull({ store, ...descriptor }, { ...options, selection: { kind: 'signature', all: true } });
    expect(all.artifacts).toHaveLength(2);
    const one = await pull({ store, ...descriptor }, { ...options, selection: { kind: 'signature' } });
    expect(one.artifacts).toHaveLength(1);
  });

  it('writes an SBOM whose manifest is signed, with all its layers', async () => {
    const { store, descriptor } = await image();
    const { descriptor: document } = await referrer(store, descriptor, 'application/spdx+json', {
      type: 'application/spdx+json',
      text: SPDX,
    });
    await expect(pulled(store, descriptor, sbom())).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await sign(store, document, key);
    const { texts, files } = await pulled(store, descriptor, sbom());
    expect(texts).toEqual([SPDX]);
    expect(files).toMatchObject([{ kind: 'sbom', verified: { trusts: [key.trust.name] } }]);
  });

  it('writes of a manifest that is not signed the signed layer alone', async () => {
    const { store, descriptor } = await image();
    const junk = {
      type: 'text/x-shellscript',
      text: 'rm -rf /',
      annotations: { 'org.opencontainers.image.title': 'a.sh' },
    };
    await referrer(store, descriptor, DSSE, junk, attestation(key, descriptor.digest));
    const { texts } = await pulled(store, descriptor, { ...sbom(), unwrap: true });
    expect(texts).toEqual([SPDX]);
  });

  it('does not take what is attached to an artifact that anyone attached', async () => {
    const { store, descriptor } = await image();
    // Another image with its signed SBOM, moved below this one by a tag.
    const foreign = await cosignTag(store, descriptor, '.sbom', { type: 'text/spdx', text: 'SPDXVersion: SPDX-2.3' });
    await cosignTag(store, foreign.descriptor, '.att', attestation(key, foreign.descriptor.digest));
    await expect(pulled(store, descriptor, sbom({ format: 'dsse' }))).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('takes an envelope of another image for nothing', async () => {
    const { store, descriptor } = await image();
    const { descriptor: another } = await pushImage(store, 'another', { tags: ['v2'] });
    await cosignTag(store, descriptor, '.att', attestation(key, another.digest));
    await expect(pulled(store, descriptor, sbom())).rejects.toMatchObject({
      code: 'NOT_VERIFIED',
      message: expect.stringContaining(another.digest),
    });
  });
});

describe('trust', () => {
  it('is refused without verify, and verify without trust, before a place is opened', async () => {
    for (const options of [{ trust: [key.trust] }, { verify: true }, { requireLog: true }]) {
      await expect(pull('oci:/nowhere:v1', options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expect(read('oci:/nowhere:v1', {}, options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });
});
