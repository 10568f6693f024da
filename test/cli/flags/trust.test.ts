import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type TrustFlags, trustFrom } from '../../../src/cli/flags/trust.js';
import { tempDir } from '../../support/temp.js';

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PUBLIC = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const PRIVATE = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function written(content: string): Promise<string> {
  const path = join(await tempDir(), 'key.pem');
  await writeFile(path, content);
  return path;
}

it('reads keys, and names each as its file', async () => {
  const path = await written(PUBLIC);
  const { trust } = await trustFrom({ key: [path, path] });
  expect(trust).toMatchObject([
    { type: 'key', name: path },
    { type: 'key', name: path },
  ]);
});

it('gives no trust without flags', async () => {
  expect((await trustFrom({})).trust).toEqual([]);
});

it.each<[TrustFlags, RegExp]>([
  [{ 'certificate-identity': 'a@b' }, /--certificate-identity is given without --certificate-oidc-issuer/],
  [{ 'certificate-identity-regexp': '.*' }, /--certificate-identity is given without --certificate-oidc-issuer/],
  [{ 'certificate-oidc-issuer': 'https://a' }, /--certificate-oidc-issuer is given without --certificate-identity/],
  [{ 'trust-policy': 'a' }, /--trust-policy is given without --trust-store/],
  [{ 'trust-store': 'a' }, /--trust-store is given without --trust-policy/],
  [
    { 'certificate-identity': 'a', 'certificate-identity-regexp': 'a', 'certificate-oidc-issuer': 'b' },
    /identity is given as text and as an expression, wanted one/,
  ],
  [
    { 'certificate-identity': 'a', 'certificate-oidc-issuer-regexp': '(' },
    /expression "\(" for the issuer is not one of JavaScript/,
  ],
  [{ 'certificate-identity': '', 'certificate-oidc-issuer': 'b' }, /identity is empty/],
])('refuses %j', async (flags, message) => {
  await expect(trustFrom(flags)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});

it.each([
  ['a private key', PRIVATE, /key\.pem.* a private key/],
  ['no PEM', 'hello', /key\.pem.* no PEM/],
  ['nothing', '', /key\.pem.* nothing/],
  ['too much', 'x'.repeat(2 ** 20 + 1), /key\.pem has \d+ bytes, wanted at most \d+/],
])('refuses a key file with %s, and names the file', async (_what, content, message) => {
  const path = await written(content);
  await expect(trustFrom({ key: [path] })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});

it('refuses what is not a regular file, or not there', async () => {
  const cwd = await tempDir();
  await mkdir(join(cwd, 'folder'));
  const missing = trustFrom({ key: [join(cwd, 'none')] });
  await expect(missing).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/none does not exist/),
  });
  const folder = trustFrom({ key: [join(cwd, 'folder')] });
  await expect(folder).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/folder is a directory, wanted/),
  });
});
