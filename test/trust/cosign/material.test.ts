import { beforeAll, describe, expect, it } from 'vitest';
import { CosignAnnotation } from '../../../src/trust/cosign/annotations.js';
import { judge } from '../../../src/trust/judge.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import type { JudgeOptions } from '../../../src/trust/values/options.js';
import type { Signed } from '../../../src/trust/values/signed.js';
import { asLayer, rekorBundle } from '../support/cosign-layers.js';
import { IMAGE, OTHER_IMAGE, simplePayload, statement, TARGET, toJson } from '../support/envelopes.js';
import {
  base64,
  ecPair,
  hashedRecord,
  IDENTITY,
  ISSUER,
  type Json,
  makeSigstore,
  pem,
  type SignOptions,
  type Sigstore,
  sha256,
  spki,
} from '../support/sigstore.js';

type Form = 'sig' | 'att';
const FORMS: readonly Form[] = ['sig', 'att'];
const PAYLOADS = { sig: toJson(simplePayload()), att: toJson(statement()) };

let sigstore: Sigstore;
let other: Sigstore;
beforeAll(async () => {
  [sigstore, other] = await Promise.all([makeSigstore(), makeSigstore()]);
});

async function bundleOf(form: Form, options: SignOptions = {}, instance = sigstore): Promise<Json> {
  return form === 'sig' ? instance.signBytes(PAYLOADS.sig, options) : instance.signStatement(PAYLOADS.att, options);
}
const signedAs = async (form: Form, options?: SignOptions, instance?: Sigstore) =>
  asLayer(await bundleOf(form, options, instance), PAYLOADS[form]);

const byIdentity = (identity: object = { identity: IDENTITY }, issuer: object = { issuer: ISSUER }): JudgeOptions => ({
  trust: [trustIdentity({ ...identity, ...issuer, trustedRoot: sigstore.root() })],
});
const annotated = (signed: Signed, annotations: Record<string, string | undefined>): Signed => ({
  ...signed,
  annotations: Object.fromEntries(
    Object.entries({ ...signed.annotations, ...annotations }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  ),
});
/** Changes the promise in the annotation, before it is written. */
const promised = (signed: Signed, change: (bundle: Json) => void): Signed => {
  const bundle = JSON.parse(signed.annotations[CosignAnnotation.bundle] ?? '');
  change(bundle);
  return annotated(signed, { [CosignAnnotation.bundle]: JSON.stringify(bundle) });
};

describe.each(FORMS)('without a key, %s', (form) => {
  it('verifies with a certificate and the promise of the log', async () => {
    const judgement = await judge(await signedAs(form), TARGET, byIdentity());
    expect(judgement).toMatchObject({
      verdict: 'verified',
      signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER },
      claims: { subjects: [IMAGE] },
    });
    expect(judgement.proofs[0]?.times).toMatchObject([{ from: 'log', logIndex: expect.stringMatching(/^\d+$/) }]);
  });

  it('verifies with a timestamp beside the promise', async () => {
    const judgement = await judge(await signedAs(form, { timestamp: true }), TARGET, byIdentity());
    expect(judgement.verdict).toBe('verified');
    expect(judgement.proofs[0]?.times.map(({ from }) => from).toSorted()).toEqual(['log', 'timestamp']);
  });

  it('takes an expression that matches the whole identity', async () => {
    const options = byIdentity(
      { identityRegexp: 'https://github\\.com/acme/.*' },
      { issuerRegexp: 'https://token\\..*' },
    );
    expect(await judge(await signedAs(form), TARGET, options)).toMatchObject({ verdict: 'verified' });
  });

  it.each([
    ['an expression for a part of the identity', { identityRegexp: 'github\\.com/acme' }, { issuer: ISSUER }],
    ['an expression for its beginning', { identityRegexp: 'https://github.com/acme/app' }, { issuer: ISSUER }],
    ['alternatives that each match a part', { identityRegexp: 'https://github.com|main' }, { issuer: ISSUER }],
    ['a part of the identity as a text', { identity: IDENTITY.slice(0, -1) }, { issuer: ISSUER }],
    ['another case of the identity', { identity: IDENTITY.toUpperCase() }, { issuer: ISSUER }],
    ['a text that would match as an expression', { identity: '.*' }, { issuer: ISSUER }],
    ['a part of the issuer', { identity: IDENTITY }, { issuerRegexp: 'githubusercontent' }],
    ['another issuer', { identity: IDENTITY }, { issuer: 'https://accounts.example' }],
    ['another line of an expression', { identityRegexp: `other\n${IDENTITY}` }, { issuer: ISSUER }],
  ])('is unchecked with %s', async (_name, identity, issuer) => {
    const judgement = await judge(await signedAs(form), TARGET, byIdentity(identity, issuer));
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted', proofs: [] });
  });

  it('is unchecked where only keys are given, and says who signed', async () => {
    const trust = [trustKey(pem(ecPair().publicKey))];
    expect(await judge(await signedAs(form), TARGET, { trust })).toMatchObject({
      verdict: 'unchecked',
      reason: 'untrusted',
      signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER },
    });
  });

  it('is unchecked where another instance of Sigstore signed', async () => {
    const judgement = await judge(await signedAs(form, {}, other), TARGET, byIdentity());
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });

  const FORGED: Readonly<Record<string, readonly [reason: string, forge: () => Promise<Signed>]>> = {
    'without the promise': [
      'log',
      async () => annotated(await signedAs(form), { [CosignAnnotation.bundle]: undefined }),
    ],
    'with an empty promise': ['log', async () => annotated(await signedAs(form), { [CosignAnnotation.bundle]: '' })],
    'with only a timestamp': ['log', () => signedAs(form, { log: 'none', timestamp: true })],
    'with the promise for another signature': [
      'log',
      async () => {
        const { annotations } = await signedAs(form);
        const signed = await signedAs(form);
        return annotated(signed, { [CosignAnnotation.bundle]: annotations[CosignAnnotation.bundle] });
      },
    ],
    'with an entry that names another key': [
      'log',
      async () => {
        const bundle = await bundleOf(form);
        const [entry] = bundle.verificationMaterial.tlogEntries;
        const body = JSON.parse(Buffer.from(entry.canonicalizedBody, 'base64').toString());
        const named = base64(Buffer.from(pem(ecPair().publicKey)));
        if (form === 'sig') body.spec.signature.publicKey.content = named;
        else body.spec.signatures[0].verifier = named;
        const { kind, version } = entry.kindVersion;
        bundle.verificationMaterial.tlogEntries = [await sigstore.logEntry({ spec: body.spec }, kind, version)];
        return asLayer(bundle, PAYLOADS[form]);
      },
    ],
    'with another time': [
      'log',
      async () =>
        promised(await signedAs(form), ({ Payload }) => {
          Payload.integratedTime -= 1;
        }),
    ],
    'with another index': [
      'log',
      async () =>
        promised(await signedAs(form), ({ Payload }) => {
          Payload.logIndex += 1;
        }),
    ],
    'with a promise that was altered': [
      'log',
      async () =>
        promised(await signedAs(form), (bundle) => {
          const bytes = Buffer.from(bundle.SignedEntryTimestamp, 'base64');
          bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
          bundle.SignedEntryTimestamp = bytes.toString('base64');
        }),
    ],
    'with a timestamp of another signature': [
      'timestamp',
      async () => {
        const { annotations } = await signedAs(form, { timestamp: true });
        const signed = await signedAs(form, { timestamp: true });
        return annotated(signed, { [CosignAnnotation.timestamp]: annotations[CosignAnnotation.timestamp] });
      },
    ],
    "with somebody else's certificate": [
      'signature',
      async () => {
        const { annotations } = await signedAs(form);
        const signed = await signedAs(form, { identity: 'https://evil.example' });
        return annotated(signed, { [CosignAnnotation.certificate]: annotations[CosignAnnotation.certificate] });
      },
    ],
    'with two certificates': [
      'malformed',
      async () => {
        const signed = await signedAs(form);
        const text = signed.annotations[CosignAnnotation.certificate] ?? '';
        return annotated(signed, { [CosignAnnotation.certificate]: `${text}${text}` });
      },
    ],
    'with a key for a certificate': [
      'malformed',
      async () =>
        annotated(await signedAs(form), { [CosignAnnotation.certificate]: pem(ecPair().publicKey).toString() }),
    ],
    'with a certificate that is not one': [
      'malformed',
      async () =>
        annotated(await signedAs(form), {
          [CosignAnnotation.certificate]: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
        }),
    ],
    'with a promise that is not JSON': [
      'malformed',
      async () => annotated(await signedAs(form), { [CosignAnnotation.bundle]: 'null' }),
    ],
    'with a name twice in the promise': [
      'malformed',
      async () => {
        const signed = await signedAs(form);
        const text = signed.annotations[CosignAnnotation.bundle] ?? '';
        return annotated(signed, { [CosignAnnotation.bundle]: text.replace('{', '{"Payload":{},') });
      },
    ],
    'with a payload in small letters in the promise': [
      'malformed',
      async () =>
        promised(await signedAs(form), (bundle) => {
          bundle.payload = bundle.Payload;
        }),
    ],
    'with a time that is not a whole number': [
      'malformed',
      async () =>
        promised(await signedAs(form), ({ Payload }) => {
          Payload.integratedTime += 0.5;
        }),
    ],
  };

  it.each(Object.entries(FORGED))('is wrong %s', async (_name, [reason, forge]) => {
    const judgement = await judge(await forge(), TARGET, byIdentity());
    expect(judgement).toMatchObject({ verdict: 'wrong', reason, proofs: [] });
    const ofOthers = await judge(await forge(), TARGET, byIdentity({ identity: 'somebody@else.example' }));
    expect(ofOthers).not.toHaveProperty('ofTrust');
  });

  it('tells whether the trusted identity made what is wrong', async () => {
    const altered = promised(await signedAs(form), ({ Payload }) => {
      Payload.integratedTime += 1;
    });
    expect(await judge(altered, TARGET, byIdentity())).toMatchObject({ verdict: 'wrong', ofTrust: true });
  });

  it('is wrong for another image, whoever signed', async () => {
    const target = { digest: TARGET.digest.replace(/^sha256:.*/, OTHER_IMAGE) };
    const judgement = await judge(await signedAs(form), { ...TARGET, digest: OTHER_IMAGE }, byIdentity());
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'subject', ofTrust: true });
    expect(target.digest).toBe(OTHER_IMAGE);
  });
});

describe.each(FORMS)('by a key, %s', (form) => {
  const key = ecPair();
  const trust = [trustKey(pem(key.publicKey))];
  const strict = (): JudgeOptions => ({ trust, requireLog: true, trustedRoot: sigstore.root() });

  it('verifies with the entry of the log, and tells the time', async () => {
    const { verdict, proofs } = await judge(await signedAs(form, { key }), TARGET, strict());
    expect([verdict, proofs[0]?.times.map(({ from }) => from)]).toEqual(['verified', ['log']]);
  });

  it('needs the entry only where it is asked for', async () => {
    const signed = await signedAs(form, { key, log: 'none' });
    expect(await judge(signed, TARGET, { trust })).toMatchObject({ verdict: 'verified' });
    expect(await judge(signed, TARGET, strict())).toMatchObject({ verdict: 'wrong', reason: 'log' });
  });

  it('is not verified by an entry of another log', async () => {
    const signed = await signedAs(form, { key }, other);
    expect(await judge(signed, TARGET, strict())).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });

  it('is wrong, not of a foreign key, where the entry names the key and the payload was altered', async () => {
    const signed = await signedAs(form, { key });
    const text = JSON.parse(Buffer.from(signed.content).toString());
    const content =
      form === 'sig'
        ? toJson({ ...text, optional: { edited: true } })
        : toJson({ ...text, payload: base64(toJson({ ...statement(), edited: true })) });
    const altered = { ...signed, content };
    const judgement = await judge(altered, TARGET, { trust });
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'signature', ofTrust: true });
    const unlogged = annotated(altered, { [CosignAnnotation.bundle]: undefined });
    expect(await judge(unlogged, TARGET, { trust })).toMatchObject({ verdict: 'unchecked', reason: 'untrusted' });
  });
});

describe('an entry of intoto 0.0.1, as cosign logged attestations until 2.1', () => {
  const certificateOf = (bundle: Json) => bundle.verificationMaterial.certificate.rawBytes;

  async function logged(change: (spec: Json) => void = () => {}): Promise<Signed> {
    const bundle = await bundleOf('att', { log: 'none' });
    const signed = asLayer(bundle, PAYLOADS.att);
    const spec = {
      content: { hash: { algorithm: 'sha256', value: sha256(signed.content).toString('hex') } },
      publicKey: base64(Buffer.from(signed.annotations[CosignAnnotation.certificate] ?? '')),
    };
    expect(certificateOf(bundle)).toBeTruthy();
    change(spec);
    const entry = await sigstore.logEntry({ spec }, 'intoto', '0.0.1');
    return annotated(signed, { [CosignAnnotation.bundle]: JSON.stringify(rekorBundle(entry)) });
  }

  it('verifies', async () => {
    const judgement = await judge(await logged(), TARGET, byIdentity());
    expect(judgement).toMatchObject({ verdict: 'verified', signer: { identity: IDENTITY } });
    expect(judgement.proofs[0]?.times).toMatchObject([{ from: 'log' }]);
  });

  it.each([
    ['the digest of another envelope', (spec: Json) => (spec.content.hash.value = '0'.repeat(64))],
    ['another algorithm', (spec: Json) => (spec.content.hash.algorithm = 'sha1')],
    ['a name of another signer', (spec: Json) => (spec.publicKey = base64(Buffer.from(pem(ecPair().publicKey))))],
    ['no signer', (spec: Json) => delete spec.publicKey],
  ])('is wrong with %s', async (_name, change) => {
    const judgement = await judge(await logged(change), TARGET, byIdentity());
    expect(judgement).toMatchObject({ verdict: 'wrong', reason: 'log' });
  });

  it('is wrong with a promise that was altered, and for an envelope with another byte', async () => {
    const signed = await logged();
    const later = promised(signed, ({ Payload }) => {
      Payload.integratedTime += 1;
    });
    const longer = { ...signed, content: Buffer.concat([signed.content, Buffer.from('\n')]) };
    for (const forged of [later, longer]) {
      expect(await judge(forged, TARGET, byIdentity())).toMatchObject({ verdict: 'wrong', reason: 'log' });
    }
  });
});

it('names a signer in the entry of a bare signature, whatever key it is', async () => {
  const key = ecPair();
  const body = hashedRecord(PAYLOADS.sig, Buffer.from('x'), spki(key.publicKey), false);
  const entry = await sigstore.logEntry(body, 'hashedrekord', '0.0.1');
  const signed = await signedAs('sig', { key: ecPair(), log: 'none' });
  const named = annotated(signed, { [CosignAnnotation.bundle]: JSON.stringify(rekorBundle(entry)) });
  const trust = [trustKey(pem(key.publicKey))];
  expect(await judge(named, TARGET, { trust })).toMatchObject({ verdict: 'wrong', reason: 'signature' });
});
