import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/oci/values/digest.js';
import { IN_TOTO } from '../../src/trust/dsse/statement.js';
import { judge } from '../../src/trust/judge.js';
import type { Signed, Target } from '../../src/trust/values/signed.js';
import {
  cosignLayer,
  dsseLayer,
  envelopeOf,
  IMAGE,
  makeKey,
  OTHER_IMAGE,
  PREDICATE_TYPE,
  signedEnvelope,
  signedLayer,
  simplePayload,
  statement,
  TARGET,
  toJson,
} from './support/envelopes.js';

const key = makeKey();
const foreign = makeKey();
const HEX = IMAGE.slice('sha256:'.length);
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const NOT_UTF8 = Buffer.from([0xff]);

/** Base64 of what is made, with padding: it is made until its length asks for one. */
function withPadding<T>(make: () => T, lengthOf: (made: T) => number): T {
  for (;;) {
    const made = make();
    if (lengthOf(made) % 3 !== 0) return made;
  }
}
const payload = toJson(simplePayload());
const signature = withPadding(
  () => key.sign(payload),
  ({ length }) => length,
);
const envelope = withPadding(
  () => envelopeOf(toJson({ ...statement(), predicate: '~~~???>>>' }), [key]),
  ({ signatures }) => Buffer.from(signatures[0]?.sig ?? '', 'base64').length,
);
const [sig = ''] = envelope.signatures.map((one) => one.sig);
const foreignSig = envelopeOf(Buffer.from(envelope.payload, 'base64'), [foreign]).signatures[0]?.sig ?? '';
const texts = {
  envelope: JSON.stringify(envelope),
  statement: JSON.stringify(statement()),
  payload: payload.toString(),
};

const concat = (...parts: readonly (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
/** Layers and envelopes that the trusted key has signed: only their content is odd. */
const layer = (...content: readonly (string | Uint8Array)[]) => signedLayer(key, concat(...content));
const inside = (...content: readonly (string | Uint8Array)[]) =>
  dsseLayer(toJson(envelopeOf(concat(...content), [key])));
const named = (digest: Readonly<Record<string, string>>) => signedEnvelope(key, statement(digest));
/** The envelope with other members or another text. */
const changed = (members: object) => dsseLayer(toJson({ ...envelope, ...members }));
const raw = (...content: readonly (string | Uint8Array)[]) => dsseLayer(concat(...content));

/** Texts for a signature that are no base64 in one reading. */
const BASE64_VARIANTS: Readonly<Record<string, (text: string) => string>> = {
  'without padding': (text) => text.replace(/=+$/, ''),
  'with more padding': (text) => `${text}=`,
  'with a line feed': (text) => `${text}\n`,
  'in two lines': (text) => `${text.slice(0, 40)}\r\n${text.slice(40)}`,
  'with a space': (text) => ` ${text}`,
  'with bits left over': (text) => text.replace(/[^=](?==+$)/, (end) => String.fromCharCode(end.charCodeAt(0) + 1)),
  'with foreign letters': (text) => `${text.slice(0, 8)}!${text.slice(8)}`,
  'as a data URL': (text) => `data:;base64,${text}`,
};

type Attacks = Readonly<Record<string, Signed>>;

const SUBJECT: Attacks = {
  'a signature under the tag of another image': layer(toJson(simplePayload(OTHER_IMAGE))),
  'a foreign signature of another image': signedLayer(foreign, toJson(simplePayload(OTHER_IMAGE))),
  'a statement about another image': named({ sha256: OTHER_IMAGE.slice(7) }),
  'a statement without subjects': signedEnvelope(key, { ...statement(), subject: [] }),
  'a subject without a digest': signedEnvelope(key, { ...statement(), subject: [{ name: IMAGE }] }),
  'a subject whose digest is null': signedEnvelope(key, { ...statement(), subject: [{ name: IMAGE, digest: null }] }),
  'a subject with an empty set of digests': named({}),
  'a digest of another algorithm': named({ sha512: createHash('sha512').update('the image').digest('hex') }),
  'the digits of the digest by another algorithm': named({ blake3: HEX }),
  'a digest of an algorithm that does not exist': named({ sha257: HEX }),
  'a beginning of the digest': named({ sha256: HEX.slice(0, 32) }),
  'an empty digest': named({ sha256: '' }),
  'the digest with more behind it': named({ sha256: `${HEX}00` }),
  'the digest in upper case': named({ sha256: HEX.toUpperCase() }),
  'the algorithm in upper case': named({ SHA256: HEX }),
  'the algorithm with a hyphen': named({ 'sha-256': HEX }),
  'the algorithm in the value': named({ sha256: IMAGE }),
  'a digit of another script': named({
    sha256: HEX.replace(/\d/, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  }),
  'a character without width in the digest': named({ sha256: `${HEX}\u200b` }),
  'a NUL behind the digest': named({ sha256: `${HEX}\0` }),
  'a line feed behind the digest': named({ sha256: `${HEX}\n` }),
};

const MALFORMED: Attacks = {
  'a name twice in the envelope': raw(texts.envelope.replace('{', `{"payload":"e30=",`)),
  'a name twice, written with an escape': raw(texts.envelope.replace('{', `{"p\\u0061yload":"e30=",`)),
  'a name twice in the statement': inside(
    texts.statement.replace('{', `{"predicateType":"https://example.org/other",`),
  ),
  'a digest twice in a subject': inside(
    texts.statement.replace('"sha256":', `"sha256":"${OTHER_IMAGE.slice(7)}","sha256":`),
  ),
  "a name twice in cosign's payload": layer(texts.payload.replace('{"critical"', `{"critical":{},"critical"`)),
  'a name in upper case beside the other': changed({ Payload: toJson({}).toString('base64') }),
  'a long s in a name': changed({ ſignatures: [] }),
  'a Kelvin sign in a name': changed({ signatures: [{ sig, '\u212aeyid': key.trust.fingerprint }] }),
  'a name in upper case in the statement': signedEnvelope(key, { ...statement(), Subject: [] }),
  'a name in upper case in a subject': signedEnvelope(key, {
    ...statement(),
    subject: [{ digest: { sha256: HEX }, Digest: { sha256: OTHER_IMAGE.slice(7) } }],
  }),
  'an empty list of signatures': changed({ signatures: [] }),
  'a list of signatures that is null': changed({ signatures: null }),
  'an envelope without a list of signatures': raw(JSON.stringify({ payload: envelope.payload, payloadType: IN_TOTO })),
  'a signature that is a text': changed({ signatures: [sig] }),
  'an empty signature': changed({ signatures: [{ sig: '' }] }),
  'an empty signature beside a good one': changed({ signatures: [{ sig: '' }, { sig }] }),
  'an envelope in a list': raw(`[${texts.envelope}]`),
  'an envelope with bytes behind it': raw(texts.envelope, '{}'),
  'two envelopes, one a line': raw(texts.envelope, '\n', texts.envelope),
  'an envelope with a NUL behind it': raw(texts.envelope, '\0'),
  'an envelope with a comment': raw('/**/', texts.envelope),
  'an envelope with a byte order mark': raw(BOM, texts.envelope),
  'an envelope that is not UTF-8': raw(texts.envelope.replace('{', '{"a":"'), NOT_UTF8, '"}'),
  'an empty envelope': raw(''),
  'an envelope that was cut': raw(texts.envelope.slice(0, -1)),
  'a statement with a byte order mark': inside(BOM, texts.statement),
  'a statement with bytes behind it': inside(texts.statement, '{}'),
  'a statement that is not UTF-8': inside(
    texts.statement.replace('registry', 'r').slice(0, -1),
    ',"a":"',
    NOT_UTF8,
    '"}',
  ),
  'a statement in UTF-16': inside(Buffer.from(texts.statement, 'utf16le')),
  'a statement that is empty': inside(''),
  'a statement that is null': inside('null'),
  'subjects that are not a list': signedEnvelope(key, { ...statement(), subject: statement().subject[0] }),
  'a digest that is a list': signedEnvelope(key, { ...statement(), subject: [{ digest: { sha256: [HEX] } }] }),
  'a statement without a predicate type': signedEnvelope(key, { ...statement(), predicateType: undefined }),
  "cosign's payload with a byte order mark": layer(BOM, payload),
  "cosign's payload with bytes behind it": layer(payload, '{}'),
  "cosign's payload that is not UTF-8": layer(texts.payload.slice(0, -1), ',"a":"', NOT_UTF8, '"}'),
  "cosign's payload without a digest": layer(toJson({ critical: { ...simplePayload().critical, image: {} } })),
  "a beginning of the digest in cosign's payload": layer(toJson(simplePayload(IMAGE.slice(0, 20)))),
  "the digest in upper case in cosign's payload": layer(toJson(simplePayload(`sha256:${HEX.toUpperCase()}`))),
  "the digest without an algorithm in cosign's payload": layer(toJson(simplePayload(HEX))),
  'a layer without the annotation of a signature': { ...signedLayer(key), annotations: {} },
  'a layer with an empty signature': cosignLayer(payload, ''),
  ...Object.fromEntries(
    Object.entries(BASE64_VARIANTS).flatMap(([name, vary]) => [
      [`a signature of an envelope ${name}`, changed({ signatures: [{ sig: vary(sig) }] })],
      [`a payload ${name}`, changed({ payload: vary(envelope.payload) })],
      [`a signature in an annotation ${name}`, cosignLayer(payload, vary(signature.toString('base64')))],
    ]),
  ),
  'a payload in the URL-safe alphabet': changed({
    payload: envelope.payload.replaceAll('+', '-').replaceAll('/', '_'),
  }),
};

const UNSUPPORTED: Attacks = {
  'thousands of signatures': changed({ signatures: Array.from({ length: 5000 }, () => ({ sig })) }),
  'a hundred thousand subjects': signedEnvelope(key, {
    ...statement(),
    subject: Array.from({ length: 100_000 }, () => ({ digest: { sha256: HEX } })),
  }),
  'a statement of an unknown type': signedEnvelope(key, { ...statement(), _type: 'https://in-toto.io/Statement/v2' }),
  'a statement of a type that only begins like one': signedEnvelope(key, {
    ...statement(),
    _type: 'https://in-toto.io/Statement/v1/other',
  }),
  'a link, which is not a statement': signedEnvelope(key, { ...statement(), _type: 'link' }),
  'another payload type over what looks like a statement': dsseLayer(
    toJson(envelopeOf(toJson(statement()), [key], 'application/json')),
  ),
  'the payload type in upper case': dsseLayer(toJson(envelopeOf(toJson(statement()), [key], IN_TOTO.toUpperCase()))),
  'the payload type with a parameter': dsseLayer(
    toJson(envelopeOf(toJson(statement()), [key], `${IN_TOTO}; charset=utf-8`)),
  ),
  "a payload of another type than cosign's": layer(toJson(simplePayload(IMAGE, 'atomic container signature'))),
  'a layer of another media type': { ...signedLayer(key), mediaType: 'application/octet-stream' },
};

const trailing = Buffer.concat([signature, Buffer.from([0])]);
const ZERO = Buffer.from('3006020100020100', 'hex');
const LONG_ZERO = Buffer.concat([Buffer.from('3006', 'hex'), Buffer.from('020101020101', 'hex')]);
/** The same two numbers, written in ways that DER forbids: a long form of the length, a needless zero. */
const longLength = Buffer.concat([Buffer.of(0x30, 0x81), signature.subarray(1)]);
const paddedNumber = Buffer.concat([
  Buffer.of(0x30, signature.length - 1, 0x02, (signature[3] ?? 0) + 1, 0),
  signature.subarray(4),
]);
const NOT_A_SIGNATURE = {
  'in a long form': longLength,
  'with a needless zero': paddedNumber,
  zero: ZERO,
  one: LONG_ZERO,
  trailing,
  empty: Buffer.from([0]),
  big: Buffer.alloc(100_000, 1),
};

const UNTRUSTED: Attacks = {
  'a signature of another payload': cosignLayer(
    payload,
    key.sign(toJson(simplePayload(OTHER_IMAGE))).toString('base64'),
  ),
  'an edited payload': cosignLayer(concat(payload, ' '), signature.toString('base64')),
  'an envelope with the payload of another': changed({
    payload: toJson({ ...statement(), predicateType: 'https://example.org/other' }).toString('base64'),
  }),
  'a signature of the bare payload': changed({
    signatures: [{ sig: key.sign(toJson(statement())).toString('base64') }],
  }),
  'a signature of an envelope of another payload type': changed({
    signatures: envelopeOf(toJson(statement()), [key], 'application/json').signatures,
  }),
  "the signature of an envelope on cosign's payload": cosignLayer(payload, sig),
  'a foreign signature': signedLayer(foreign),
  'a hundred foreign signatures': changed({ signatures: Array.from({ length: 100 }, () => ({ sig: foreignSig })) }),
  'a signature in the form of IEEE P1363': cosignLayer(payload, 'A'.repeat(86).concat('==')),
  ...Object.fromEntries(
    Object.entries(NOT_A_SIGNATURE).flatMap(([name, bytes]) => [
      [`a signature that is ${name}, in an annotation`, cosignLayer(payload, bytes.toString('base64'))],
      [`a signature that is ${name}, in an envelope`, changed({ signatures: [{ sig: bytes.toString('base64') }] })],
    ]),
  ),
};

const SIGNATURE: Attacks = {
  'the keyid of a trusted key on a foreign signature': changed({
    signatures: [{ keyid: key.trust.fingerprint, sig: foreignSig }],
  }),
  'the keyid of a trusted key on an edited payload': changed({
    payload: toJson({ ...statement(), predicate: { edited: true } }).toString('base64'),
    signatures: [{ keyid: key.trust.fingerprint, sig }],
  }),
};

describe.each([
  ['wrong', 'subject', SUBJECT],
  ['wrong', 'malformed', MALFORMED],
  ['unchecked', 'unsupported', UNSUPPORTED],
  ['unchecked', 'untrusted', UNTRUSTED],
  ['wrong', 'signature', SIGNATURE],
] as const)('%s, %s', (verdict, reason, attacks) => {
  it.each(Object.entries(attacks))('%s', async (_name, signed) => {
    const judgement = await judge(signed, TARGET, { trust: [key.trust] });
    expect(judgement).toMatchObject({ verdict, reason, proofs: [] });
    expect(judgement.message).toMatch(/^.{10,}[^.]$/s);
  });
});

it('varies texts that have padding and letters of one alphabet only', () => {
  for (const text of [sig, signature.toString('base64'), envelope.payload]) expect(text).toMatch(/=$/);
  expect(envelope.payload).toMatch(/[+/]/);
});

describe('an attack that changes nothing', () => {
  const trust = [key.trust];

  it('the same content without the attack is verified', async () => {
    for (const signed of [signedLayer(key), cosignLayer(payload, signature.toString('base64')), changed({})]) {
      expect(await judge(signed, TARGET, { trust })).toMatchObject({ verdict: 'verified' });
    }
  });

  it('an annotation that promises another predicate', async () => {
    const annotations = { predicateType: 'https://example.org/other', 'in-toto.io/predicate-type': 'x' };
    const { claims } = await judge({ ...changed({}), annotations }, TARGET, { trust });
    expect(claims?.predicateType).toBe(PREDICATE_TYPE);
  });

  it('members of the envelope that no specification names', async () => {
    const more = { predicateType: 'https://example.org/other', subject: [], certificate: 'x', payload_: 'e30=' };
    const { verdict, claims } = await judge(changed(more), TARGET, { trust });
    expect([verdict, claims?.predicateType, claims?.subjects]).toEqual(['verified', PREDICATE_TYPE, [IMAGE]]);
  });

  it('junk and foreign signatures beside the good one', async () => {
    const signatures = [{ sig: foreignSig }, { sig: 'AAAA', keyid: key.trust.fingerprint }, { sig }];
    expect(await judge(changed({ signatures }), TARGET, { trust })).toMatchObject({ verdict: 'verified' });
  });

  it('a keyid of a key that is not trusted on a good signature', async () => {
    const signatures = [{ sig, keyid: foreign.trust.fingerprint }];
    const { proofs } = await judge(changed({ signatures }), TARGET, { trust });
    expect(proofs.map(({ signer }) => signer)).toEqual([{ type: 'key', fingerprint: key.trust.fingerprint }]);
  });
});

describe('digests by several algorithms', () => {
  const sha512 = createHash('sha512').update('the image').digest('hex');
  const file: Target = { digest: IMAGE, alsoKnownAs: [parseDigest(`sha512:${sha512}`)] };
  const trust = [key.trust];

  it('takes each digest of a file', async () => {
    for (const digest of [{ sha256: HEX }, { sha512 }, { sha256: HEX, sha512 }, { sha256: HEX, sha1: 'aa' }]) {
      expect(await judge(named(digest), file, { trust })).toMatchObject({ verdict: 'verified' });
    }
  });

  it('refuses a subject of which one digest is of another file', async () => {
    const other = createHash('sha512').update('another').digest('hex');
    for (const digest of [
      { sha256: HEX, sha512: other },
      { sha256: OTHER_IMAGE.slice(7), sha512 },
    ]) {
      expect(await judge(named(digest), file, { trust })).toMatchObject({ verdict: 'wrong', reason: 'subject' });
    }
  });
});

it('names both digests where the subject is another one', async () => {
  for (const signed of [
    SUBJECT['a signature under the tag of another image'],
    named({ sha256: OTHER_IMAGE.slice(7) }),
  ]) {
    const { message = '' } = signed === undefined ? {} : await judge(signed, TARGET, { trust: [key.trust] });
    expect(message).toContain(IMAGE);
    expect(message).toContain(OTHER_IMAGE);
  }
});

it('shows a part of what it names where that is long', async () => {
  const many = {
    ...statement(),
    subject: Array.from({ length: 9000 }, () => ({ digest: { sha1: 'a'.repeat(1000) } })),
  };
  const { message = '' } = await judge(signedEnvelope(key, many), TARGET, { trust: [key.trust] });
  expect(message).toContain('and 8997 more');
  expect(message.length).toBeLessThan(1000);
});
