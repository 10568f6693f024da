import { execFileSync } from 'node:child_process';
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTrust } from '../../../src/operations/verify/read-trust.js';
import { readTrustStore } from '../../../src/operations/verify/trust-store.js';
import { tempDir } from '../../support/temp.js';
import { authority, issue } from '../../trust/notation/support/certificates.js';
import { policyOf } from '../../trust/notation/support/judging.js';

const root = authority();
const own = issue();
const signer = issue({ issuer: root });
const pem = (raw: Buffer) => `-----BEGIN CERTIFICATE-----\n${raw.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** A trust store with these files below `x509`. */
async function storeOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const dir = await tempDir();
  await mkdir(join(dir, 'x509'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, 'x509', path)), { recursive: true });
    await writeFile(join(dir, 'x509', path), content);
  }
  return dir;
}

const refusal = (message: string) => ({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });

describe('a trust store', () => {
  it('is read by type and name, in each form of a certificate', async () => {
    const dir = await storeOf({
      'ca/acme/root.pem': pem(root.raw) + pem(own.raw),
      'ca/acme/root.der': root.raw,
      'signingAuthority/acme/root.crt': pem(root.raw),
      'tsa/time_1.x-y/root.cer': root.raw,
    });
    const stores = await readTrustStore(dir);
    expect(
      Object.fromEntries(Object.entries(stores).map(([name, all]) => [name, all.map((one) => Buffer.from(one))])),
    ).toEqual({
      'ca:acme': [root.raw, root.raw, own.raw],
      'signingAuthority:acme': [root.raw],
      'tsa:time_1.x-y': [root.raw],
    });
  });

  it.each<[string, Readonly<Record<string, string | Buffer>>, string]>([
    [
      'a certificate that an authority issued',
      { 'ca/acme/leaf.pem': pem(signer.raw) },
      'x509/ca/acme/leaf.pem has the certificate "CN=signer,O=acme,ST=WA,C=US", which is not of an authority',
    ],
    ['a text', { 'ca/acme/README.pem': 'certificates' }, 'x509/ca/acme/README.pem is not a certificate'],
    [
      'a file of another name',
      { 'ca/acme/README': pem(root.raw) },
      'x509/ca/acme/README is not a certificate, wanted a name with .crt',
    ],
    [
      'a private key',
      { 'ca/acme/key.pem': signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
      'x509/ca/acme/key.pem has a private key',
    ],
    ['an empty file', { 'ca/acme/root.pem': '' }, 'x509/ca/acme/root.pem is not a certificate'],
    [
      'a large file',
      { 'ca/acme/root.pem': Buffer.alloc(1024 * 1024 + 1, ' ') },
      'x509/ca/acme/root.pem has more than 1048576 bytes',
    ],
    [
      'many certificates',
      { 'ca/acme/root.pem': pem(root.raw).repeat(1001) },
      'x509/ca/acme/root.pem has 1001 certificates, wanted at most 1000',
    ],
    [
      'many certificates in two files',
      { 'ca/acme/a.pem': pem(root.raw).repeat(600), 'ca/other/b.pem': pem(root.raw).repeat(600) },
      'x509/ca/other brings the trust store above 1000 certificates',
    ],
    ['a folder in a folder', { 'ca/acme/more/root.pem': pem(root.raw) }, 'x509/ca/acme/more is a directory'],
    [
      'another type',
      { 'roots/acme/root.pem': pem(root.raw) },
      'x509/roots is not one of the folders ca, signingAuthority, tsa',
    ],
    ['a file instead of a folder', { 'ca/root.pem': pem(root.raw) }, 'x509/ca/root.pem is a file, wanted a folder'],
    [
      'a name that no policy can have',
      { 'ca/acme corp/root.pem': pem(root.raw) },
      'x509/ca/acme corp has the name "acme corp"',
    ],
  ])('with %s is refused', async (_name, files, message) => {
    await expect(readTrustStore(await storeOf(files))).rejects.toMatchObject(refusal(message));
  });

  it.each(['x509', 'x509/ca', 'x509/ca/acme', 'x509/ca/acme/root.pem'])(
    'with a link at %s is refused',
    async (path) => {
      const [whole, linked] = [await storeOf({ 'ca/acme/root.pem': pem(root.raw) }), await tempDir()];
      await mkdir(dirname(join(linked, path)), { recursive: true });
      await symlink(join(whole, path), join(linked, path));
      await expect(readTrustStore(linked)).rejects.toMatchObject(refusal(`${path} is a symlink`));
    },
  );

  it('with a pipe is refused', async () => {
    const dir = await storeOf({ 'ca/acme/root.pem': pem(root.raw) });
    execFileSync('mkfifo', [join(dir, 'x509/ca/acme/pipe.pem')]);
    await expect(readTrustStore(dir)).rejects.toMatchObject(refusal('pipe.pem is a pipe'));
  });

  it('that is missing is refused', async () => {
    const dir = await tempDir();
    await expect(readTrustStore(dir)).rejects.toMatchObject(refusal('x509 does not exist'));
    await expect(readTrustStore(join(dir, 'other'))).rejects.toMatchObject(refusal('x509 does not exist'));
  });
});

describe("notation's files", () => {
  it('make a trust', async () => {
    const store = await storeOf({ 'ca/acme/root.pem': pem(root.raw) });
    const policy = join(store, 'trustpolicy.oci.json');
    await writeFile(policy, JSON.stringify(policyOf({})));
    const { trust } = await readTrust({ notation: { policy, store } });
    expect(trust).toMatchObject([{ type: 'notation', name: policy, policies: [{ name: 'all' }] }]);
  });

  it('are named where they are not as they should be', async () => {
    const store = await storeOf({ 'ca/acme/root.pem': pem(root.raw) });
    const policy = join(store, 'trustpolicy.oci.json');
    await expect(readTrust({ notation: { policy, store } })).rejects.toMatchObject(refusal(`${policy} does not exist`));
    await writeFile(policy, JSON.stringify(policyOf({ signatureVerification: { level: 'skip' } })));
    await expect(readTrust({ notation: { policy, store } })).rejects.toMatchObject(
      refusal(`policy "all" of ${JSON.stringify(policy)}`),
    );
    await cp(policy, join(store, 'x509/ca/acme/policy.json'));
    await expect(readTrust({ notation: { policy, store } })).rejects.toMatchObject(
      refusal('policy.json is not a certificate'),
    );
  });
});
