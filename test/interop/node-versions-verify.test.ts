import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeWithPeers, peer, run } from '../support/peers.js';
import { writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';
import { CONTENT, STATEMENT } from '../trust/support/bundles.js';
import { ecPair, IDENTITY, ISSUER, makeSigstore, pem } from '../trust/support/sigstore.js';

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const BY_IDENTITY = ['--certificate-identity', IDENTITY, '--certificate-oidc-issuer', ISSUER];

// @sigstore/verify says that it needs Node.js 22: the package is tried on each version that remora runs on.
for (const name of ['node', 'node22', 'node24', 'node26'] as const) {
  describeWithPeers(`verify on ${name}`, name === 'node' ? [] : [name], () => {
    it('judges bundles by identities and keys', async () => {
      const cwd = await tempDir();
      const sigstore = await makeSigstore();
      const key = ecPair();
      const rekor2 = await sigstore.signStatement(STATEMENT, { log: 'v2', timestamp: true });
      const forged = structuredClone(rekor2);
      forged.verificationMaterial.tlogEntries[0].inclusionProof.checkpoint.envelope += '\n';
      forged.verificationMaterial.tlogEntries[0].inclusionProof.logIndex = '1';
      await writeFiles(cwd, {
        content: CONTENT,
        'root.json': json(sigstore.rootDocument()),
        'key.pub': Buffer.from(pem(key.publicKey)),
        'rekor1.json': json(await sigstore.signBytes(CONTENT)),
        'rekor2.json': json(rekor2),
        'forged.json': json(forged),
        'by-key.json': json(await sigstore.signStatement(STATEMENT, { key })),
      });
      const outcome = async (bundle: string, ...trust: string[]) => {
        const args = [
          'verify',
          '--json',
          '--blob',
          'content',
          '--bundle',
          bundle,
          '--trusted-root',
          'root.json',
          ...trust,
        ];
        const { code, stdout } = await run(name === 'node' ? process.execPath : (peer(name) ?? ''), [bin, ...args], {
          cwd,
        });
        return [code, JSON.parse(stdout).verdict];
      };
      expect(await outcome('rekor1.json', ...BY_IDENTITY)).toEqual([0, 'verified']);
      expect(await outcome('rekor2.json', ...BY_IDENTITY)).toEqual([0, 'verified']);
      expect(await outcome('by-key.json', '--key', 'key.pub', '--require-log')).toEqual([0, 'verified']);
      expect(await outcome('forged.json', ...BY_IDENTITY)).toEqual([5, 'wrong']);
      expect(await outcome('by-key.json', ...BY_IDENTITY)).toEqual([5, 'unchecked']);
    });
  });
}
