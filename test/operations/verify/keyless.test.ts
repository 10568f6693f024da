import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/oci/values/digest.js';
import { verify } from '../../../src/operations/verify/verify.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { pushImage } from '../../store/support/artifacts.js';
import { tempDir } from '../../support/temp.js';
import { byIdentity, PREDICATE, statementOf } from '../../trust/support/bundles.js';
import { toJson } from '../../trust/support/envelopes.js';
import { IDENTITY, ISSUER, type Json, makeSigstore, type Sigstore, V03 } from '../../trust/support/sigstore.js';
import { attached, layer } from './support/signing.js';

let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await makeSigstore();
});

async function image() {
  const store = await openLayout(join(await tempDir(), 'layout'), { create: true });
  const { descriptor } = await pushImage(store, 'image');
  const { bytes } = await store.manifest({ digest: descriptor.digest });
  const attach = (bundle: Json) => attached(store, descriptor, V03, layer(toJson(bundle), V03));
  const run = (options = {}) =>
    verify({ store, digest: descriptor.digest }, { ...byIdentity(sigstore.root()), ...options });
  return { digest: descriptor.digest, bytes, attach, run };
}

const about = (digest: Digest) => statementOf({ sha256: digest.slice('sha256:'.length) });

describe('bundles of an identity, attached to an image', () => {
  it.each(['v1', 'v2'] as const)(
    'are verified: a statement and a signature of the manifest (Rekor %s)',
    async (log) => {
      const { digest, bytes, attach, run } = await image();
      await attach(await sigstore.signStatement(about(digest), { log, timestamp: true }));
      await attach(await sigstore.signBytes(bytes, { log, timestamp: true }));
      const { outcome, referrers, trustedRoot } = await run();
      expect(outcome).toBe('verified');
      expect(referrers.map(({ verdict, predicateType = 'none' }) => `${verdict} ${predicateType}`).toSorted()).toEqual([
        `verified ${PREDICATE}`,
        'verified none',
      ]);
      expect(referrers[0]?.signer).toEqual({ type: 'identity', identity: IDENTITY, issuer: ISSUER });
      expect(trustedRoot).toEqual({ source: 'the root of the test' });
    },
  );

  it('are wrong where they were moved from another image, and spoil nothing', async () => {
    const { digest, attach, run } = await image();
    await attach(await sigstore.signStatement(statementOf({ sha256: '0'.repeat(64) })));
    await attach(await sigstore.signBytes(Buffer.from('another manifest')));
    await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    await attach(await sigstore.signStatement(about(digest)));
    const { outcome, referrers } = await run();
    expect(outcome).toBe('verified');
    expect(referrers.map(({ verdict, reason = 'none' }) => `${verdict} ${reason}`).toSorted()).toEqual([
      'verified none',
      'wrong subject',
      'wrong subject',
    ]);
    await expect(run({ noWrong: true })).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
  });

  it('are unchecked where another identity made them', async () => {
    const { digest, attach, run } = await image();
    await attach(await sigstore.signStatement(about(digest), { identity: 'https://github.com/evil/app' }));
    await expect(run()).rejects.toMatchObject({ code: 'NOT_VERIFIED' });
    const { referrers } = await run({ partial: true });
    expect(referrers).toMatchObject([
      { verdict: 'unchecked', reason: 'untrusted', signer: { identity: 'https://github.com/evil/app' } },
    ]);
  });
});
