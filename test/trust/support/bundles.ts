import { expect, it } from 'vitest';
import { digestOf } from '../../../src/oci/values/digest.js';
import { judgeBundle } from '../../../src/trust/sigstore/judge-bundle.js';
import { trustIdentity } from '../../../src/trust/sigstore/trust-identity.js';
import type { Judgement, Verdict } from '../../../src/trust/values/judgement.js';
import type { JudgeOptions } from '../../../src/trust/values/options.js';
import type { Target } from '../../../src/trust/values/signed.js';
import type { TrustedRoot } from '../../../src/trust/values/trust.js';
import { IDENTITY, ISSUER, type Json, type Sigstore } from './sigstore.js';

export const CONTENT = Buffer.from('the manifest');
export const OTHER = digestOf(Buffer.from('another manifest'));
export const SIGNED: Target = { digest: digestOf(CONTENT), bytes: async () => CONTENT };
export const PREDICATE = 'https://example.com/predicate';

/** An in-toto statement of some subjects, each a `digest` member. */
export function statementOf(...subjects: readonly object[]): Buffer {
  const subject = subjects.map((digest) => ({ name: 'app', digest }));
  const document = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType: PREDICATE, predicate: {} };
  return Buffer.from(JSON.stringify(document));
}

/** A statement of the content. */
export const STATEMENT = statementOf({ sha256: SIGNED.digest.slice('sha256:'.length) });

export function judgeText(
  text: string | Uint8Array,
  options: JudgeOptions,
  target: Target = SIGNED,
): Promise<Judgement> {
  const signed = { form: 'bundle', mediaType: '', content: Buffer.from(text), annotations: {} } as const;
  return judgeBundle(signed, target, options);
}

export function judgeDocument(bundle: Json, options: JudgeOptions, target: Target = SIGNED): Promise<Judgement> {
  return judgeText(JSON.stringify(bundle), options, target);
}

/** Trust in the workflow that signs in tests. */
export function byIdentity(trustedRoot: TrustedRoot): JudgeOptions {
  return { trust: [trustIdentity({ identity: IDENTITY, issuer: ISSUER, trustedRoot })] };
}

/** A forgery: its name, the verdict and the reason that it must get, what is forged, and what the message says. */
export type Forgery = readonly [string, Verdict, string, (bundle: Json, other: Json) => unknown, RegExp?];

/** Two bundles of the same subject by two signers. */
export type Pair = readonly [Json, Json];

/** A test for each forgery, of a copy of the first bundle. */
export function itRefuses(forgeries: readonly Forgery[], sigstore: () => Sigstore, pair: () => Pair): void {
  for (const [name, verdict, reason, forge, message] of forgeries) {
    it(name, async () => {
      const [bundle, other] = structuredClone(pair());
      forge(bundle, other);
      await expectRefused(sigstore(), bundle, verdict, reason, message);
    });
  }
}

export async function expectRefused(
  sigstore: Sigstore,
  forged: Json,
  verdict: Verdict,
  reason: string,
  message = /./,
): Promise<void> {
  const judgement = await judgeDocument(forged, byIdentity(sigstore.root()));
  expect(judgement).toMatchObject({ verdict, reason, proofs: [], message: expect.stringMatching(message) });
}

/** Changes one character of a base64 text to another, in the middle. */
export function flipped(text: string): string {
  const at = Math.floor(text.length / 2);
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

export const entryOf = (bundle: Json): Json => bundle.verificationMaterial.tlogEntries[0];
