import { beforeAll, describe, it } from 'vitest';
import { CONTENT, entryOf, expectRefused, itRefuses, type Pair } from '../support/bundles.js';
import { MATERIALS } from '../support/forgeries.js';
import { hashedRecord, makeSigstore, type Sigstore } from '../support/sigstore.js';

let sigstore: Sigstore;
/** Two signatures of the same, by two keys: parts of one are put into the other. */
let bytes: Pair;
beforeAll(async () => {
  sigstore = await makeSigstore();
  bytes = [
    await sigstore.signBytes(CONTENT, { timestamp: true }),
    await sigstore.signBytes(CONTENT, { timestamp: true }),
  ];
});

describe('verification material', () => {
  itRefuses(
    MATERIALS,
    () => sigstore,
    () => bytes,
  );

  it('the entry of another signer for the same signature', async () => {
    const [bundle] = structuredClone(bytes);
    const signature = Buffer.from(bundle.messageSignature.signature, 'base64');
    const named = Buffer.from(bytes[1].verificationMaterial.certificate.rawBytes, 'base64');
    const entry = await sigstore.logEntry(hashedRecord(CONTENT, signature, named, true), 'hashedrekord', '0.0.1');
    bundle.verificationMaterial.tlogEntries = [entry];
    await expectRefused(sigstore, bundle, 'wrong', 'log', /another signer/);
  });

  it('Rekor v2 without a timestamp', async () => {
    await expectRefused(sigstore, await sigstore.signBytes(CONTENT, { log: 'v2' }), 'wrong', 'timestamp', /neither/);
  });

  it('the time beside a proof proves nothing', async () => {
    const bundle = await sigstore.signBytes(CONTENT, { log: 'v2' });
    entryOf(bundle).integratedTime = entryOf(bytes[0]).integratedTime;
    await expectRefused(sigstore, bundle, 'wrong', 'timestamp', /neither/);
  });
});
