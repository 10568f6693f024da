import { beforeAll, describe, expect, it } from 'vitest';
import {
  byIdentity,
  CONTENT,
  expectRefused,
  type Forgery,
  itRefuses,
  judgeDocument,
  OTHER,
  type Pair,
  SIGNED,
  STATEMENT,
  statementOf,
} from '../support/bundles.js';
import { base64, makeSigstore, type Sigstore } from '../support/sigstore.js';

const mine = SIGNED.digest.slice('sha256:'.length);

let sigstore: Sigstore;
/** Two signatures of the same, by two keys: parts of one are put into the other. */
let bytes: Pair;
let statements: Pair;
beforeAll(async () => {
  sigstore = await makeSigstore();
  bytes = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signBytes(CONTENT, { timestamp: true }),
  ];
  statements = [await sigstore.signStatement(STATEMENT), await sigstore.signStatement(STATEMENT)];
});

describe('an envelope', () => {
  const envelopes: readonly Forgery[] = [
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
  itRefuses(
    envelopes,
    () => sigstore,
    () => statements,
  );
});

describe('a signed statement', () => {
  const text = STATEMENT.toString();
  it.each([
    [
      'another subject',
      statementOf({ sha256: OTHER.slice(7) }),
      'wrong',
      'subject',
      new RegExp(`${OTHER}.*${SIGNED.digest}`),
    ],
    ['a subject without a digest', statementOf({}), 'wrong', 'subject', /no digest/],
    ['no subject', statementOf(), 'wrong', 'subject', /no digest/],
    ['a digest of another algorithm', statementOf({ sha512: mine.repeat(2) }), 'wrong', 'subject', /sha512/],
    ['a prefix of the digest', statementOf({ sha256: mine.slice(0, 32) }), 'wrong', 'subject', /./],
    ['an empty digest', statementOf({ sha256: '' }), 'wrong', 'subject', /./],
    ['the digest in upper case', statementOf({ sha256: mine.toUpperCase() }), 'wrong', 'subject', /./],
    ['the digest with more behind it', statementOf({ sha256: `${mine}00` }), 'wrong', 'subject', /./],
    ['two subjects members', Buffer.from(text.replace('{', `{"subject":[],`)), 'wrong', 'malformed', /"subject" twice/],
    [
      'two digests of one name',
      Buffer.from(text.replace('"sha256"', '"sha256":"x","sha256"')),
      'wrong',
      'malformed',
      /twice/,
    ],
    ['another version', Buffer.from(text.replace('Statement/v1', 'Statement/v2')), 'unchecked', 'unsupported', /v2/],
    ['without a type', Buffer.from(text.replace('_type', 'type')), 'wrong', 'malformed', /_type/],
    ['no JSON', Buffer.from('hello'), 'wrong', 'malformed', /not JSON/],
  ] as const)('%s', async (_name, payload, verdict, reason, message) => {
    await expectRefused(sigstore, await sigstore.signStatement(payload), verdict, reason, message);
  });
});

describe('a signature of bytes', () => {
  const messages: readonly Forgery[] = [
    [
      'swapped signature',
      'wrong',
      'signature',
      (b, o) => (b.messageSignature.signature = o.messageSignature.signature),
    ],
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
      (b) => (b.dsseEnvelope = statements[0].dsseEnvelope),
      /messageSignature and dsseEnvelope/,
    ],
    ['nothing signed', 'wrong', 'malformed', (b) => delete b.messageSignature, /has none of/],
  ];
  itRefuses(
    messages,
    () => sigstore,
    () => bytes,
  );

  it('other bytes than those that were signed', async () => {
    const target = { ...SIGNED, bytes: async () => Buffer.from('another manifest') };
    expect(await judgeDocument(bytes[0], byIdentity(sigstore.root()), target)).toMatchObject({
      verdict: 'wrong',
      reason: 'digest',
      message: expect.stringContaining(OTHER),
    });
  });

  it('without the bytes', async () => {
    expect(await judgeDocument(bytes[0], byIdentity(sigstore.root()), { digest: SIGNED.digest })).toMatchObject({
      verdict: 'unchecked',
      reason: 'missing',
    });
  });
});
