import { beforeAll, describe, it } from 'vitest';
import { CONTENT, entryOf, expectRefused, type Forgery, flipped, itRefuses, type Pair } from '../support/bundles.js';
import { base64, hashedRecord, type Json, makeSigstore, type Sigstore } from '../support/sigstore.js';

let sigstore: Sigstore;
/** Two signatures of the same, by two keys: parts of one are put into the other. */
let bytes: Pair;
beforeAll(async () => {
  sigstore = await makeSigstore();
  bytes = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signBytes(CONTENT, { timestamp: true }),
  ];
});

describe('verification material', () => {
  const old = (bundle: Json) => (bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1');
  const chain = (bundle: Json, certificates: readonly Json[]) => {
    old(bundle);
    bundle.verificationMaterial.x509CertificateChain = { certificates };
    delete bundle.verificationMaterial.certificate;
  };
  const materials: readonly Forgery[] = [
    [
      'no key and no certificate',
      'wrong',
      'malformed',
      (b) => delete b.verificationMaterial.certificate,
      /has none of/,
    ],
    [
      'a key and a certificate',
      'wrong',
      'malformed',
      (b) => (b.verificationMaterial.publicKey = { hint: 'x' }),
      /publicKey and certificate/,
    ],
    ['an empty certificate', 'wrong', 'malformed', (b) => (b.verificationMaterial.certificate.rawBytes = ''), /empty/],
    [
      'a certificate that is not one',
      'wrong',
      'certificate',
      (b) => (b.verificationMaterial.certificate.rawBytes = 'AAAA'),
    ],
    ['an empty chain', 'wrong', 'malformed', (b) => chain(b, []), /empty certificate chain/],
    [
      'a chain of eleven',
      'unchecked',
      'unsupported',
      (b) => chain(b, Array(11).fill(b.verificationMaterial.certificate)),
      /11 certificates/,
    ],
    [
      'a chain in version 0.3',
      'wrong',
      'malformed',
      (b) => {
        chain(b, [b.verificationMaterial.certificate]);
        b.mediaType = bytes[0].mediaType;
      },
      /0\.3/,
    ],
    [
      'eleven entries',
      'unchecked',
      'unsupported',
      (b) => (b.verificationMaterial.tlogEntries = Array(11).fill(entryOf(b))),
      /11 tlogEntries/,
    ],
    ['no entry', 'wrong', 'log', (b) => (b.verificationMaterial.tlogEntries = []), /no transparency log/],
    ['an entry without a proof', 'wrong', 'malformed', (b) => delete entryOf(b).inclusionProof, /no inclusion proof/],
    [
      'an entry without a promise, in version 0.1',
      'wrong',
      'malformed',
      (b) => {
        old(b);
        delete entryOf(b).inclusionPromise;
      },
      /no inclusion promise/,
    ],
    [
      'an entry without a checkpoint',
      'wrong',
      'malformed',
      (b) => delete entryOf(b).inclusionProof.checkpoint,
      /checkpoint/,
    ],
    ['an entry twice', 'wrong', 'timestamp', (b) => b.verificationMaterial.tlogEntries.push(entryOf(b)), /duplicate/],
    [
      'the entry of another signature',
      'wrong',
      'log',
      (b, o) => (b.verificationMaterial.tlogEntries = o.verificationMaterial.tlogEntries),
      /mismatch/,
    ],
    ['an altered body', 'wrong', 'log', (b) => (entryOf(b).canonicalizedBody = flipped(entryOf(b).canonicalizedBody))],
    ['another kind of entry', 'wrong', 'log', (b) => (entryOf(b).kindVersion.kind = 'dsse')],
    [
      'an unknown kind of entry',
      'unchecked',
      'unsupported',
      (b) => (entryOf(b).kindVersion.kind = 'helm'),
      /helm 0\.0\.1/,
    ],
    [
      'an altered promise',
      'wrong',
      'log',
      (b) =>
        (entryOf(b).inclusionPromise.signedEntryTimestamp = flipped(entryOf(b).inclusionPromise.signedEntryTimestamp)),
      /promise/,
    ],
    [
      'an altered time of the log',
      'wrong',
      'log',
      (b) => (entryOf(b).integratedTime = String(Number(entryOf(b).integratedTime) + 1)),
      /promise/,
    ],
    ['an altered index of the log', 'wrong', 'log', (b) => (entryOf(b).logIndex = '7'), /promise/],
    ['a time that is not one', 'wrong', 'malformed', (b) => (entryOf(b).integratedTime = 'soon')],
    [
      'a hash more in the proof',
      'wrong',
      'log',
      (b) => entryOf(b).inclusionProof.hashes.push(base64(Buffer.alloc(32))),
      /hash count/,
    ],
    ['another index in the proof', 'wrong', 'log', (b) => (entryOf(b).inclusionProof.logIndex = '1'), /index/],
    [
      'another root in the proof',
      'wrong',
      'log',
      (b) => (entryOf(b).inclusionProof.rootHash = flipped(entryOf(b).inclusionProof.rootHash)),
      /contradicts/,
    ],
    ['another size in the proof', 'wrong', 'log', (b) => (entryOf(b).inclusionProof.treeSize = '2'), /contradicts/],
    [
      'an altered checkpoint',
      'wrong',
      'log',
      (b) =>
        (entryOf(b).inclusionProof.checkpoint.envelope = entryOf(b).inclusionProof.checkpoint.envelope.replace(
          '\n1\n',
          '\n2\n',
        )),
      /checkpoint/,
    ],
    [
      'the checkpoint of another entry',
      'wrong',
      'log',
      (b, o) => (entryOf(b).inclusionProof = entryOf(o).inclusionProof),
      /root hash/,
    ],
    [
      'an unknown log',
      'unchecked',
      'untrusted',
      (b) => (entryOf(b).logId.keyId = flipped(entryOf(b).logId.keyId)),
      /does not know/,
    ],
    [
      'the timestamp of another signature',
      'wrong',
      'timestamp',
      (b, o) => (b.verificationMaterial.timestampVerificationData = o.verificationMaterial.timestampVerificationData),
    ],
    [
      'a timestamp that is not one',
      'wrong',
      'timestamp',
      (b) => (b.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp = 'AAAA'),
      /cannot be read/,
    ],
    [
      'a timestamp twice',
      'wrong',
      'timestamp',
      (b) =>
        b.verificationMaterial.timestampVerificationData.rfc3161Timestamps.push(
          b.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0],
        ),
      /duplicate/,
    ],
  ];
  itRefuses(
    materials,
    () => sigstore,
    () => bytes,
  );

  it('the entry of another signer for the same signature', async () => {
    const [bundle] = structuredClone(bytes);
    const signature = Buffer.from(bundle.messageSignature.signature, 'base64');
    const named = Buffer.from(bytes[1].verificationMaterial.certificate.rawBytes, 'base64');
    const entry = await sigstore.logEntry(hashedRecord(CONTENT, signature, named, true), 'hashedrekord', '0.0.1');
    bundle.verificationMaterial.tlogEntries = [entry];
    await expectRefused(sigstore, bundle, 'wrong', 'log', /another signer/);
  });

  it('Rekor v2 without a timestamp', async () => {
    await expectRefused(sigstore, await sigstore.signBytes(CONTENT, { log: 'v2' }), 'wrong', 'timestamp', /neither/);
  });

  it('the time beside a proof proves nothing', async () => {
    const bundle = await sigstore.signBytes(CONTENT, { log: 'v2' });
    entryOf(bundle).integratedTime = entryOf(bytes[0]).integratedTime;
    await expectRefused(sigstore, bundle, 'wrong', 'timestamp', /neither/);
  });
});
