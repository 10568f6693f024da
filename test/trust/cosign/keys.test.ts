import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/trust/judge.js';
import {
  dsseLayer,
  envelopeOf,
  IMAGE,
  KEY_TYPES,
  makeKey,
  PREDICATE_TYPE,
  signedEnvelope,
  signedLayer,
  statement,
  TARGET,
  toJson,
} from '../support/envelopes.js';

describe.each(KEY_TYPES)('a signature by a key of type %s', (type) => {
  const key = makeKey(type);
  const other = makeKey(type);
  const forms = { cosign: signedLayer(key), dsse: signedEnvelope(key) };

  it.each(['cosign', 'dsse'] as const)('verifies, %s', async (form) => {
    const { verdict, proofs, claims, signer } = await judge(forms[form], TARGET, { trust: [other.trust, key.trust] });
    expect(verdict).toBe('verified');
    expect(proofs).toEqual([
      { trust: key.trust, signer: { type: 'key', fingerprint: key.trust.fingerprint }, times: [] },
    ]);
    expect(signer).toEqual({ type: 'key', fingerprint: key.trust.fingerprint });
    expect(claims?.subjects).toEqual([IMAGE]);
    expect(claims?.predicateType).toBe(form === 'dsse' ? PREDICATE_TYPE : undefined);
  });

  it.each(['cosign', 'dsse'] as const)('is unchecked without its key, %s', async (form) => {
    const judgement = await judge(forms[form], TARGET, { trust: [other.trust] });
    expect(judgement).toMatchObject({ verdict: 'unchecked', reason: 'untrusted', proofs: [] });
  });
});

it('takes SHA-256 on each curve, as cosign 2 signs', async () => {
  const key = makeKey('P-384');
  const old = { ...key, sign: (data: Uint8Array) => sign('sha256', data, key.privateKey) };
  expect(await judge(signedLayer(old), TARGET, { trust: [key.trust] })).toMatchObject({ verdict: 'verified' });
});

it('takes an envelope that several signed, with one trusted among them', async () => {
  const [first, second, third] = [makeKey(), makeKey('Ed25519'), makeKey('RSA')];
  const signed = dsseLayer(toJson(envelopeOf(toJson(statement()), [first, second, third])));
  const judgement = await judge(signed, TARGET, { trust: [third.trust, second.trust] });
  expect(judgement.proofs.map(({ trust }) => trust)).toEqual([third.trust, second.trust]);
});
