import { describe, expect, it } from 'vitest';
import { subjectOf } from '../../../src/oci/documents/manifest.js';
import { digestOf } from '../../../src/oci/values/digest.js';
import { attach } from '../../../src/operations/attach/attach.js';
import { read } from '../../../src/operations/pull/read.js';
import { signDryRunSchema, signSchema } from '../../../src/operations/sign/schema.js';
import { sign } from '../../../src/operations/sign/sign.js';
import type { Store } from '../../../src/store/interfaces/store.js';
import { fingerprintOf, isSignedBy } from '../../../src/trust/keys/public-key.js';
import { list, listDigests, pushImage } from '../../store/support/artifacts.js';
import { newKey, pemOf } from '../../support/signing-keys.js';
import { BUNDLE, buildkitIndex } from '../support/mechanisms.js';
import { inDirectory, newLayout, PLACES } from '../support/places.js';

const SIGNATURE_TYPE = 'https://sigstore.dev/cosign/sign/v1';
const pair = newKey();
const options = { key: pair.privateKey, settle: false };

/** The envelope in the bundle of a signature, whose signature holds. */
async function envelopeOf(store: Store, digest: Parameters<Store['manifest']>[0]['digest']) {
  const bytes = await read({ store, digest });
  const { dsseEnvelope } = JSON.parse(bytes.toString());
  const payload = Buffer.from(dsseEnvelope.payload, 'base64');
  const encoded = `DSSEv1 ${dsseEnvelope.payloadType.length} ${dsseEnvelope.payloadType} ${payload.length} ${payload}`;
  const signature = Buffer.from(dsseEnvelope.signatures[0].sig, 'base64');
  expect(isSignedBy(pair.publicKey, Buffer.from(encoded), signature)).toBe(true);
  return JSON.parse(payload.toString());
}

describe.each(PLACES)('sign in %s', (_what, open) => {
  it('attaches a bundle whose statement names the digest', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const result = await sign({ store, tag: 'v1' }, { ...options, created: '2026-11-27T12:00:00Z' });
    expect(result).toEqual({
      reference: store.format({ digest: result.digest }),
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: result.digest,
      size: expect.any(Number),
      artifactType: BUNDLE,
      annotations: {
        'dev.sigstore.bundle.content': 'dsse-envelope',
        'dev.sigstore.bundle.predicateType': SIGNATURE_TYPE,
        'org.opencontainers.image.created': '2026-11-27T12:00:00Z',
      },
      result: 'written',
      listedBy: expect.any(String),
      predicateType: SIGNATURE_TYPE,
      key: fingerprintOf(pair.publicKey),
      subject: { reference: store.format({ digest: image.digest }), ...image },
    });
    expect(signSchema.parse(result)).toEqual(result);
    const manifest = await store.manifest({ digest: result.digest });
    expect(subjectOf(manifest)).toEqual(image);
    expect(await envelopeOf(store, result.digest)).toMatchObject({
      subject: [{ digest: { sha256: image.digest.slice(7) } }],
      predicateType: SIGNATURE_TYPE,
    });
    const [found] = await list(store, image);
    expect(found?.via).toEqual([result.listedBy]);
  });

  it('adds nothing where this key has signed, and a signature for another key', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const first = await sign({ store, tag: 'v1' }, options);
    const again = await sign({ store, digest: image.digest }, { ...options, key: pemOf(pair) });
    expect(again).toEqual({ ...first, result: 'exists' });
    const other = await sign({ store, tag: 'v1' }, { ...options, key: newKey().privateKey });
    expect(other.result).toBe('written');
    expect(await listDigests(store, image)).toEqual([first.digest, other.digest].sort());
  });

  it('takes junk beside it for what it is', async () => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const annotations = { 'dev.sigstore.bundle.predicateType': SIGNATURE_TYPE };
    for (const content of ['junk', '{"dsseEnvelope":1}', Buffer.alloc(80_000)]) {
      await attach({ store, tag: 'v1' }, [{ content, name: 'bundle.json', mediaType: BUNDLE }], {
        artifactType: BUNDLE,
        annotations,
        settle: false,
      });
    }
    const signed = await sign({ store, tag: 'v1' }, options);
    expect(signed.result).toBe('written');
    expect(await sign({ store, tag: 'v1' }, options)).toEqual({ ...signed, result: 'exists' });
  });

  it('loses no signature of signers at the same time', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const signers = Array.from({ length: 8 }, () => newKey().privateKey);
    const results = await Promise.all(signers.map((key) => sign({ store, tag: 'v1' }, { key })));
    expect(await listDigests(store, image)).toEqual(results.map(({ digest }) => digest).sort());
  });

  it('signs an index, and with recursive each manifest below it, but no attestation', async () => {
    const store = await open();
    const { index, images } = await buildkitIndex(store);
    const alone = await sign({ store, tag: 'multi' }, options);
    expect([alone.subject.digest, alone.platforms]).toEqual([index.descriptor.digest, undefined]);
    const all = await sign({ store, tag: 'multi' }, { ...options, recursive: true });
    expect(all).toMatchObject({ digest: alone.digest, result: 'exists' });
    expect(all.platforms?.map(({ subject, result }) => [subject.digest, subject.platform, result])).toEqual([
      [images[0]?.digest, 'linux/amd64', 'written'],
      [images[1]?.digest, 'linux/arm64', 'written'],
    ]);
    const one = await sign({ store, tag: 'multi' }, { ...options, platform: 'linux/arm64' });
    expect(one).toEqual({ ...all.platforms?.[1], result: 'exists' });
    expect(signSchema.parse(all)).toEqual(all);
  });

  it('shows the statement in a dry run, and writes nothing', async () => {
    const store = await open();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const planned = await sign({ store, tag: 'v1' }, { ...options, dryRun: true });
    expect(planned).toMatchObject({
      dryRun: true,
      result: 'written',
      subject: image,
      statement: { predicateType: SIGNATURE_TYPE, predicate: {} },
    });
    expect(signDryRunSchema.parse(planned)).toEqual(planned);
    expect(await listDigests(store, image)).toEqual([]);
    await sign({ store, tag: 'v1' }, options);
    expect((await sign({ store, tag: 'v1' }, { ...options, dryRun: true })).result).toBe('exists');
  });
});

it('gives equal bytes for an equal date, where the key signs without chance', async () => {
  const digests = [];
  for (let round = 0; round < 2; round++) {
    const store = await newLayout();
    await pushImage(store, 'image', { tags: ['v1'] });
    const key = newKeyOnce().privateKey;
    digests.push((await sign({ store, tag: 'v1' }, { key, created: '2026-11-27T12:00:00Z' })).digest);
  }
  expect(digests[0]).toBe(digests[1]);
});

const ed25519 = newKey('Ed25519');
const newKeyOnce = () => ed25519;

it('reads the key before it looks at the place', async () => {
  await inDirectory();
  await expect(sign('oci:./not-there:v1', { key: 'hello' })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(sign('oci:./not-there:v1', { ...options, created: 'today' })).rejects.toThrow('RFC 3339');
});

it('fails where the signatures that are there cannot be asked for', async () => {
  const store = await newLayout();
  await pushImage(store, 'image', { tags: ['v1'] });
  const blind: Store = new Proxy(store, {
    get: (target, name) => {
      if (name === 'referrers')
        return () => {
          throw new Error('no answer');
        };
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await expect(sign({ store: blind, tag: 'v1' }, options)).rejects.toThrow('no answer');
});

describe('attach with a key', () => {
  const FILE = { content: '{"spdx":true}', name: 'sbom.spdx.json' };

  it.each(PLACES)('signs what it attached, once, in %s', async (_what, open) => {
    const store = await open();
    await pushImage(store, 'image', { tags: ['v1'] });
    const how = { artifactType: 'application/spdx+json', settle: false, sign: { key: pair.privateKey } };
    const attached = await attach({ store, tag: 'v1' }, [FILE], how);
    expect(attached.signature).toMatchObject({ result: 'written', subject: { digest: attached.digest } });
    const again = await attach({ store, tag: 'v1' }, [FILE], how);
    expect(again).toMatchObject({ digest: attached.digest, result: 'exists' });
    expect(again.signature).toEqual({ ...attached.signature, result: 'exists' });
    expect(await listDigests(store, attached.manifest.descriptor)).toEqual([attached.signature?.digest]);
  });

  it('writes nothing with a key that cannot sign', async () => {
    const store = await newLayout();
    const { descriptor: image } = await pushImage(store, 'image', { tags: ['v1'] });
    const artifactType = 'application/spdx+json';
    const failed = attach({ store, tag: 'v1' }, [FILE], { artifactType, sign: { key: 'hello', keyName: 'my.pem' } });
    await expect(failed).rejects.toThrow('my.pem is not PEM');
    expect(await listDigests(store, image)).toEqual([]);
    expect(await store.hasBlob({ mediaType: '', digest: digestOf(Buffer.from(FILE.content)), size: 13 })).toBe(false);
  });
});
