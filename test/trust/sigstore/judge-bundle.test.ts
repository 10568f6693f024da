import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { trustKey } from '../../../src/trust/keys/trust-key.js';
import { judgeBundle } from '../../../src/trust/sigstore/judge-bundle.js';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import type { JudgeOptions } from '../../../src/trust/values/options.js';
import type { Target } from '../../../src/trust/values/signed.js';
import { ecPair, IDENTITY, ISSUER, type Json, makeSigstore, pem, type Sigstore } from '../support/sigstore.js';

const CONTENT = Buffer.from('the manifest');
const TARGET: Target = { digest: digestOf(CONTENT), bytes: async () => CONTENT };

function statement(digest: string = TARGET.digest): Buffer {
  const [algorithm = '', value] = digest.split(':');
  const document = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'app', digest: { [algorithm]: value } }],
    predicateType: 'https://example.com/predicate',
    predicate: {},
  };
  return Buffer.from(JSON.stringify(document));
}

function judge(bundle: Json, options: JudgeOptions, target: Target = TARGET) {
  const content = Buffer.from(JSON.stringify(bundle));
  return judgeBundle({ form: 'bundle', mediaType: bundle.mediaType, content, annotations: {} }, target, options);
}

let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await makeSigstore();
});

function byIdentity(instance = sigstore): JudgeOptions {
  return { trust: [trustIdentity({ identity: IDENTITY, issuer: ISSUER, trustedRoot: instance.root() })] };
}

describe('a good bundle', () => {
  const forms = {
    'of bytes': (instance: Sigstore, options: object) => instance.signBytes(CONTENT, options),
    'of a statement': (instance: Sigstore, options: object) => instance.signStatement(statement(), options),
  };
  const logs = [
    ['Rekor v1', { log: 'v1' }, ['log']],
    ['Rekor v1 and a timestamp', { log: 'v1', timestamp: true }, ['log', 'timestamp']],
    ['Rekor v2 and a timestamp', { log: 'v2', timestamp: true }, ['timestamp']],
  ] as const;
  const rows = Object.entries(forms).flatMap(([form, make]) => logs.map((log) => [form, ...log, make] as const));

  it.each(rows)('%s, by an identity, with %s', async (_form, _log, options, times, make) => {
    const judgement = await judge(await make(sigstore, options), byIdentity());
    expect(judgement).toMatchObject({
      verdict: 'verified',
      signer: { type: 'identity', identity: IDENTITY, issuer: ISSUER },
      claims: { subjects: [TARGET.digest] },
    });
    expect(judgement.proofs[0]?.times.map(({ from }) => from).toSorted()).toEqual(times);
  });

  it.each(rows)('%s, by a key, with %s', async (_form, _log, options, times, make) => {
    const key = ecPair();
    const trust = [trustKey(pem(key.publicKey))];
    const judgement = await judge(await make(sigstore, { ...options, key }), {
      trust,
      requireLog: true,
      trustedRoot: sigstore.root(),
    });
    expect(judgement).toMatchObject({ verdict: 'verified', proofs: [{ trust: trust[0], signer: { type: 'key' } }] });
    expect(judgement.proofs[0]?.times.map(({ from }) => from).toSorted()).toEqual(times);
  });
});
