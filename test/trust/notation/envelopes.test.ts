import { encode, Tagged } from 'cborg';
import { describe, expect, it } from 'vitest';
import type { Signed } from '../../../src/trust/values/signed.js';
import { authority, extension, issue } from './support/certificates.js';
import { octets } from './support/der.js';
import { cose, coseOf, coseParts, type EnvelopeOptions, jws, jwsMembers, jwsOf, OTHER } from './support/envelopes.js';
import { judging, trusting } from './support/judging.js';

const root = authority();
const chain = [issue({ issuer: root }), root];
const foreign = [issue(), authority()];
const trust = trusting({ 'ca:acme': [root] });

const members = jwsMembers({ chain });
const other = jwsMembers({ chain, digest: OTHER });
const [firstCertificate = '', lastCertificate = ''] = members.header.x5c;
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const changed = (some: object) => jwsOf({ ...members, ...some });
const header = (some: object) => changed({ header: { ...members.header, ...some } });
const text = JSON.stringify(members);

it.each<[string, Signed]>([
  ['as it is', jwsOf(members)],
  ['with white space', jwsOf(JSON.stringify(members, null, 2))],
  ['with a member that it does not know', changed({ 'com.example.note': 'x' })],
  ['with a name of its maker', header({ 'io.cncf.notary.signingAgent': 'notation/1.3.2' })],
])('takes a JWS envelope %s', async (_name, signed) => {
  expect(await judging(signed, trust)).toMatchObject({ verdict: 'verified' });
});

it.each<[string, Signed]>([
  ['the payload of another', changed({ payload: other.payload })],
  ['the signed header of another', changed({ protected: jwsMembers({ chain, algorithm: 'ES384' }).protected })],
  ['the signature of another', changed({ signature: other.signature })],
  ['an empty signature', changed({ signature: 'AA' })],
  ['a signature of zeros', changed({ signature: Buffer.alloc(64).toString('base64url') })],
  ['the certificates of another', jws({ chain, unsigned: { x5c: foreign.map(({ raw }) => raw.toString('base64')) } })],
  ['the algorithm none', jws({ chain, algorithm: 'none' })],
  ['the algorithm of a hash with a key', jws({ chain, algorithm: 'HS256' })],
  ['the algorithm of another key', jws({ chain, algorithm: 'PS256' })],
])('finds a signature that does not hold in a JWS envelope with %s', async (_name, signed) => {
  const judgement = await judging(signed, trust);
  expect(judgement).toMatchObject({ verdict: 'wrong', proofs: [] });
  expect(['signature', 'certificate']).toContain(judgement.reason);
});

it.each<[string, Signed]>([
  ['nothing', jwsOf('')],
  ['null', jwsOf('null')],
  ['a list', jwsOf('[]')],
  ['a JWS in one line', jwsOf(`${members.protected}.${members.payload}.${members.signature}`)],
  ['something behind it', jwsOf(`${text}{}`)],
  ['two payloads', jwsOf(text.replace('{', `{"payload":"${other.payload}",`))],
  ['a list of signatures', changed({ signatures: [{ protected: members.protected, signature: members.signature }] })],
  ['no payload', changed({ payload: undefined })],
  ['no signed header', changed({ protected: undefined })],
  ['no header', changed({ header: undefined })],
  ['no signature', changed({ signature: undefined })],
  ['an empty text for a signature', changed({ signature: '' })],
  ['padding behind its payload', changed({ payload: `${members.payload}=` })],
  ['a line feed in its payload', changed({ payload: `${members.payload}\n` })],
  ['letters of the other alphabet', changed({ signature: `+/${members.signature.slice(2)}` })],
  ['no certificates', header({ x5c: [] })],
  ['a text for its certificates', header({ x5c: firstCertificate })],
  [
    'a certificate in the other alphabet',
    header({ x5c: [Buffer.from(firstCertificate, 'base64').toString('base64url')] }),
  ],
  ['a hundred certificates', header({ x5c: Array.from({ length: 100 }, () => firstCertificate) })],
  ['an algorithm that is signed and not signed', header({ alg: 'ES256' })],
  ['a timestamp that is not base64', header({ 'io.cncf.notary.timestampSignature': '?' })],
  ['a signed header that is not JSON', changed({ protected: Buffer.from('{').toString('base64url') })],
  ['a signed header that is a list', changed({ protected: base64url([]) })],
  ['a signed header without an algorithm', changed({ protected: base64url({ cty: 'a/b', crit: ['x'] }) })],
  ['a signed header without critical attributes', changed({ protected: base64url({ alg: 'ES256', cty: 'a/b' }) })],
  ['critical attributes that are numbers', jws({ chain, critical: [1] })],
  ['a time that is not a date', jws({ chain, attributes: { 'io.cncf.notary.signingTime': '2026-13-01T00:00:00Z' } })],
  ['a time without a zone', jws({ chain, attributes: { 'io.cncf.notary.signingTime': '2026-01-01T00:00:00' } })],
  ['a time as a number', jws({ chain, attributes: { 'io.cncf.notary.signingTime': 1_767_225_600 } })],
  ['five million bytes', jwsOf(text + ' '.repeat(5_000_000))],
])('refuses a JWS envelope with %s', async (_name, signed) => {
  expect(await judging(signed, trust)).toMatchObject({ verdict: 'wrong', reason: 'malformed', proofs: [] });
});

it.each<[string, Signed]>([
  [
    'that is PEM',
    header({
      x5c: [
        Buffer.from(`-----BEGIN CERTIFICATE-----\n${firstCertificate}\n-----END CERTIFICATE-----\n`).toString('base64'),
        lastCertificate,
      ],
    }),
  ],
  [
    'with more behind it',
    header({
      x5c: [
        Buffer.concat([Buffer.from(firstCertificate, 'base64'), Buffer.from([0])]).toString('base64'),
        lastCertificate,
      ],
    }),
  ],
  [
    'of 300,000 bytes',
    jws({
      chain: [issue({ issuer: root, others: [extension('1.2.3.4', false, octets(Buffer.alloc(300_000)))] }), root],
    }),
  ],
  ['that is another document', header({ x5c: ['MAA=', lastCertificate] })],
])('refuses a certificate %s', async (_name, signed) => {
  expect(await judging(signed, trust)).toMatchObject({ verdict: 'wrong', reason: 'certificate' });
});

it('never believes in certificates that are not signed with the envelope', async () => {
  const swapped = header({ x5c: foreign.map(({ raw }) => raw.toString('base64')) });
  expect(await judging(swapped, trusting({ 'ca:acme': foreign.slice(1) }))).toMatchObject({ verdict: 'wrong' });
});

it.each(['application/json', 'application/cose; x=y', 'application/jose', ''])(
  'leaves the media type %j unchecked',
  async (mediaType) => {
    expect(await judging({ ...jws({ chain }), mediaType }, trust)).toMatchObject({
      verdict: 'unchecked',
      reason: 'unsupported',
    });
  },
);

it('takes the media type at its word', async () => {
  expect(await judging({ ...jws({ chain }), mediaType: 'application/cose' }, trust)).toMatchObject({
    verdict: 'wrong',
    reason: 'malformed',
  });
  expect(await judging({ ...cose({ chain }), mediaType: 'application/jose+json' }, trust)).toMatchObject({
    verdict: 'wrong',
    reason: 'malformed',
  });
});

it.each<[string, Signed]>([
  ['JWS', jwsOf(members)],
  ['COSE', cose({ chain })],
])('verifies no envelope in %s with another bit, wherever it is', async (_form, { content, ...signed }) => {
  for (let place = 0; place < content.length; place += 11) {
    const other = Buffer.from(content);
    other[place] = (other[place] ?? 0) ^ (1 << (place % 8));
    const { verdict } = await judging({ ...signed, content: other }, trust);
    expect([place, verdict]).toEqual([place, 'wrong']);
  }
});

describe('COSE', () => {
  const [encoded, unsigned, payload, signature] = coseParts({ chain });
  const [, , otherPayload, otherSignature] = coseParts({ chain, digest: OTHER });
  const parts = (...some: readonly unknown[]) => coseOf(encode(new Tagged(18, some)));
  const bytes = cose({ chain }).content;
  const hex = (text: string) => coseOf(Buffer.from(text, 'hex'));
  const withHeader = (...some: readonly [unknown, unknown][]) =>
    parts(encoded, new Map([...unsigned, ...some]), payload, signature);
  const signedMap = (map: Map<unknown, unknown>) => parts(encode(map), unsigned, payload, signature);

  it.each<[string, EnvelopeOptions]>([
    ['the algorithm of another key', { chain, algorithm: 'ES384' }],
    [
      'an algorithm that notation lacks',
      { chain: [issue({ issuer: root, key: 'Ed25519' }), root], algorithm: 'EdDSA' },
    ],
  ])('with %s is wrong', async (_name, options) => {
    expect(await judging(cose(options), trust)).toMatchObject({ verdict: 'wrong', reason: 'signature' });
  });

  it.each<[string, Signed]>([
    ['payload', parts(encoded, unsigned, otherPayload, signature)],
    ['signature', parts(encoded, unsigned, payload, otherSignature)],
    ['signature that is cut', parts(encoded, unsigned, payload, signature.subarray(1))],
  ])('with the %s of another is wrong', async (_name, signed) => {
    expect(await judging(signed, trust)).toMatchObject({ verdict: 'wrong', reason: 'signature' });
  });

  it.each<[string, Signed]>([
    ['nothing', coseOf(new Uint8Array())],
    ['another value', coseOf(encode('text'))],
    ['no tag', coseOf(encode([encoded, unsigned, payload, signature]))],
    ['another tag', coseOf(encode(new Tagged(98, [encoded, unsigned, payload, signature])))],
    ['a tag around its tag', coseOf(encode(new Tagged(18, new Tagged(18, [encoded, unsigned, payload, signature]))))],
    ['something behind it', coseOf(Buffer.concat([bytes, Buffer.from([0xf6])]))],
    ['its end cut off', coseOf(bytes.subarray(0, -1))],
    ['three parts', parts(encoded, unsigned, payload)],
    ['five parts', parts(encoded, unsigned, payload, signature, signature)],
    ['no payload', parts(encoded, unsigned, null, signature)],
    ['an empty signature', parts(encoded, unsigned, payload, new Uint8Array())],
    ['a header that is a list', parts(encoded, [], payload, signature)],
    ['a signed header that is a map', parts(new Map(), unsigned, payload, signature)],
    ['an empty signed header', parts(new Uint8Array(), unsigned, payload, signature)],
    ['a signed header that is a list', parts(encode([]), unsigned, payload, signature)],
    ['a list of no length', hex('d29f40a04040ff')],
    ['a text of no length', hex('d2847f6161ffa04040')],
    ['a length in more bytes than it needs', hex('d28458014000a04040')],
    ['an attribute twice', parts(Buffer.from('a201260126', 'hex'), unsigned, payload, signature)],
    ['an attribute that is signed and not signed', withHeader([3, 'a/b'])],
    ['a certificate that is not in a list', withHeader([33, chain[0]?.raw])],
    ['a list of no certificates', withHeader([33, []])],
    ['certificates as text', withHeader([33, ['x']])],
    ['eleven certificates', withHeader([33, Array.from({ length: 11 }, () => root.raw)])],
    ['a timestamp as text', withHeader(['io.cncf.notary.timestampSignature', 'x'])],
    [
      'a content type that is a number',
      signedMap(
        new Map<unknown, unknown>([
          [1, -7],
          [2, ['x']],
          [3, 60],
        ]),
      ),
    ],
    [
      'no content type',
      signedMap(
        new Map<unknown, unknown>([
          [1, -7],
          [2, ['x']],
        ]),
      ),
    ],
    [
      'critical attributes in a text',
      signedMap(
        new Map<unknown, unknown>([
          [1, -7],
          [2, 'x'],
          [3, 'a/b'],
        ]),
      ),
    ],
    ['a time without a tag', cose({ chain, attributes: { 'io.cncf.notary.signingTime': 1_767_225_600 } })],
    ['a time as text with a tag', cose({ chain, attributes: { 'io.cncf.notary.signingTime': new Tagged(1, 'now') } })],
    [
      'a time with the tag of texts',
      cose({ chain, attributes: { 'io.cncf.notary.signingTime': new Tagged(0, '2026-01-01T00:00:00Z') } }),
    ],
    ['lists nested deeply', coseOf(Buffer.concat([Buffer.alloc(100_000, 0x81), Buffer.from([0])]))],
    ['tags nested deeply', coseOf(Buffer.concat([Buffer.alloc(100_000, 0xd2), Buffer.from([0])]))],
    ['a list of billions', hex('d29affffffff')],
  ])('with %s is refused', async (_name, signed) => {
    expect(await judging(signed, trust)).toMatchObject({ verdict: 'wrong', reason: 'malformed', proofs: [] });
  });
});
