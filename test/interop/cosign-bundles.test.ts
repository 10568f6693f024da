import { expect, it } from 'vitest';
import { describeWithPeers, peer, run } from '../support/peers.js';
import { writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';
import { byIdentity, CONTENT, judgeDocument, type Pair, PREDICATE, STATEMENT } from '../trust/support/bundles.js';
import { ENVELOPES, MATERIALS, MESSAGES } from '../trust/support/forgeries.js';
import { IDENTITY, ISSUER, makeSigstore, type Sigstore } from '../trust/support/sigstore.js';

/** Whether cosign accepts a bundle of the content, without a network. */
async function isAccepted(bundle: unknown, sigstore: Sigstore, isStatement: boolean): Promise<boolean> {
  const cwd = await tempDir();
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));
  await writeFiles(cwd, { content: CONTENT, 'bundle.json': json(bundle), 'root.json': json(sigstore.rootDocument()) });
  const { code } = await run(
    peer('cosign') ?? '',
    [
      ...(isStatement ? ['verify-blob-attestation', '--type', PREDICATE] : ['verify-blob']),
      ...['--bundle', 'bundle.json', '--trusted-root', 'root.json', '--use-signed-timestamps'],
      ...['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER, 'content'],
    ],
    { cwd },
  );
  return code === 0;
}

/** cosign accepts these: it looks at the body of an entry alone, counts a timestamp once, and has no limit here. */
const STRICTER = ['a chain of eleven', 'another kind of entry', 'an unknown kind of entry', 'a timestamp twice'];

describeWithPeers('cosign, and bundles of an instance of Sigstore', ['cosign'], () => {
  it.each(['v1', 'v2'] as const)('accept good ones, of Rekor %s', async (log) => {
    const sigstore = await makeSigstore();
    const options = { log, timestamp: true };
    for (const bundle of [
      await sigstore.signBytes(CONTENT, options),
      await sigstore.signStatement(STATEMENT, options),
    ]) {
      expect(await judgeDocument(bundle, byIdentity(sigstore.root()))).toMatchObject({ verdict: 'verified' });
      expect(await isAccepted(bundle, sigstore, 'dsseEnvelope' in bundle)).toBe(true);
    }
  });

  it.each([
    ['bytes', [...MESSAGES, ...MATERIALS], STRICTER],
    ['a statement', ENVELOPES, []],
  ] as const)(
    'agree on each forgery of a bundle with %s',
    async (form, forgeries, stricter) => {
      const sigstore = await makeSigstore();
      const make = () =>
        form === 'bytes'
          ? sigstore.signBytes(CONTENT, { timestamp: true })
          : sigstore.signStatement(STATEMENT, { timestamp: true });
      const pair: Pair = [await make(), await make()];
      const apart: string[] = [];
      for (const [name, , , forge] of forgeries) {
        const [bundle, other] = structuredClone(pair);
        forge(bundle, other);
        const { verdict } = await judgeDocument(bundle, byIdentity(sigstore.root()));
        const accepted = await isAccepted(bundle, sigstore, form !== 'bytes');
        if ((verdict === 'verified') !== accepted) apart.push(accepted ? name : `${name}: only cosign refuses it`);
      }
      expect(apart).toEqual(stricter);
    },
    300_000,
  );
});
