import { beforeAll, describe, expect, it } from 'vitest';
import {
  byIdentity,
  CONTENT,
  expectRefused,
  itRefuses,
  judgeDocument,
  OTHER,
  type Pair,
  SIGNED,
  STATEMENT,
  statementOf,
} from '../support/bundles.js';
import { ENVELOPES, MESSAGES } from '../support/forgeries.js';
import { makeSigstore, type Sigstore } from '../support/sigstore.js';

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
  itRefuses(
    ENVELOPES,
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
  itRefuses(
    MESSAGES,
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
