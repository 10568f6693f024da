import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { byIdentity, CONTENT, flipped, judgeDocument, judgeText, STATEMENT } from '../support/bundles.js';
import { type Json, makeSigstore, type Sigstore } from '../support/sigstore.js';

/** The texts that nobody signs, and that nothing is read from: the key's name in an envelope, and the index beside a proof. */
const UNSIGNED = ['dsseEnvelope.signatures.0.keyid', 'verificationMaterial.tlogEntries.0.logIndex'];

let sigstore: Sigstore;
let bundles: readonly Json[];
beforeAll(async () => {
  sigstore = await makeSigstore();
  bundles = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signStatement(STATEMENT),
    await sigstore.signStatement(STATEMENT, { log: 'v2', timestamp: true }),
  ];
});

/** The paths of all texts in a document. */
function textsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => textsOf(member, [...path, name]));
}

/** A copy in which the text at `path` is another one. */
function changed(document: Json, path: readonly string[], change: (text: string) => unknown): Json {
  const copy = structuredClone(document);
  const last = path.at(-1) ?? '';
  const parent = path.slice(0, -1).reduce((value, name) => value[name], copy);
  parent[last] = change(parent[last]);
  return copy;
}

describe('a bundle, changed at random', () => {
  it.each([
    ['in one character', flipped],
    ['to nothing', () => ''],
    // Zero is left out of protobuf's JSON form.
    ['to null', (text: string) => (text === '0' ? '1' : null)],
    ['to a number', () => 7],
    ['to another text', () => 'AAAA'],
    ['to twice the text', (text: string) => text + text],
  ])('%s, is never verified', async (_name, change) => {
    for (const bundle of bundles) {
      for (const path of textsOf(bundle)) {
        const name = path.join('.');
        if (UNSIGNED.includes(name)) continue;
        const { verdict } = await judgeDocument(changed(bundle, path, change), byIdentity(sigstore.root()));
        expect([name, verdict]).not.toEqual([name, 'verified']);
      }
    }
  });

  it('is judged whatever it holds: nothing is thrown', async () => {
    const options = byIdentity(sigstore.root());
    const anywhere = fc.constantFrom(...bundles.flatMap((bundle) => textsOf(bundle).map((path) => ({ bundle, path }))));
    await fc.assert(
      fc.asyncProperty(anywhere, fc.jsonValue(), async ({ bundle, path }, value) => {
        const { verdict } = await judgeDocument(
          changed(bundle, path, () => value),
          options,
        );
        expect(['wrong', 'unchecked', 'verified']).toContain(verdict);
      }),
      { numRuns: 100 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        expect(await judgeText(bytes, options)).toMatchObject({ verdict: 'wrong' });
      }),
    );
  });
});
