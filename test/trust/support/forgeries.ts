import { entryOf, type Forgery, flipped, OTHER, SIGNED, STATEMENT, statementOf } from './bundles.js';
import { base64, type Json, V03 } from './sigstore.js';

const mine = SIGNED.digest.slice('sha256:'.length);

/** Of a bundle with an envelope. */
export const ENVELOPES: readonly Forgery[] = [
  [
    'swapped payload',
    'wrong',
    'signature',
    (b) => (b.dsseEnvelope.payload = base64(statementOf({ sha256: mine }, {}))),
  ],
  [
    'payload with a space more',
    'wrong',
    'signature',
    (b) => (b.dsseEnvelope.payload = base64(Buffer.from(`${STATEMENT} `))),
  ],
  ['swapped signature', 'wrong', 'signature', (b, o) => (b.dsseEnvelope.signatures = o.dsseEnvelope.signatures)],
  ['no signatures', 'wrong', 'malformed', (b) => (b.dsseEnvelope.signatures = []), /no signature/],
  ['an empty signature', 'wrong', 'malformed', (b) => (b.dsseEnvelope.signatures[0].sig = ''), /empty/],
  [
    'two signatures',
    'wrong',
    'malformed',
    (b, o) => b.dsseEnvelope.signatures.push(o.dsseEnvelope.signatures[0]),
    /2 signatures, wanted exactly one/,
  ],
  [
    'another payload type',
    'unchecked',
    'unsupported',
    (b) => (b.dsseEnvelope.payloadType = 'text/plain'),
    /text\/plain/,
  ],
  [
    'swapped certificate',
    'wrong',
    'signature',
    (b, o) => (b.verificationMaterial.certificate = o.verificationMaterial.certificate),
  ],
];

/** Of a bundle with a signature of bytes. */
export const MESSAGES: readonly Forgery[] = [
  ['swapped signature', 'wrong', 'signature', (b, o) => (b.messageSignature.signature = o.messageSignature.signature)],
  [
    'another digest',
    'wrong',
    'subject',
    (b) => (b.messageSignature.messageDigest.digest = base64(Buffer.from(OTHER.slice(7), 'hex'))),
    new RegExp(`${OTHER}.*${SIGNED.digest}`),
  ],
  [
    'no digest',
    'unchecked',
    'unsupported',
    (b) => {
      b.messageSignature.messageDigest = {};
    },
    /names no digest/,
  ],
  [
    'a prefix of the digest',
    'wrong',
    'malformed',
    (b) => (b.messageSignature.messageDigest.digest = base64(Buffer.from(mine.slice(0, 32), 'hex'))),
  ],
  [
    'digest of another algorithm',
    'unchecked',
    'unsupported',
    (b) => (b.messageSignature.messageDigest.algorithm = 'SHA3_256'),
    /SHA3_256/,
  ],
  [
    'a digest that is not one of SHA-512',
    'wrong',
    'malformed',
    (b) => (b.messageSignature.messageDigest.algorithm = 'SHA2_512'),
  ],
  [
    'an envelope beside it',
    'wrong',
    'malformed',
    (b) => (b.dsseEnvelope = { payload: '', payloadType: '', signatures: [] }),
    /messageSignature and dsseEnvelope/,
  ],
  ['nothing signed', 'wrong', 'malformed', (b) => delete b.messageSignature, /has none of/],
];

const old = (bundle: Json) => (bundle.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.1');
const chain = (bundle: Json, certificates: readonly Json[]) => {
  old(bundle);
  bundle.verificationMaterial.x509CertificateChain = { certificates };
  delete bundle.verificationMaterial.certificate;
};

/** Of the proofs beside a signature of bytes. */
export const MATERIALS: readonly Forgery[] = [
  ['no key and no certificate', 'wrong', 'malformed', (b) => delete b.verificationMaterial.certificate, /has none of/],
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
      b.mediaType = V03;
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
