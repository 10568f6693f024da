import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tlsOptions } from '../../../src/cli/flags/tls.js';
import { makeAuthority } from '../../support/certificates.js';

const files = new Map<string, string>();
let directory: string;

beforeAll(async () => {
  const authority = await makeAuthority();
  const [one, other] = [await authority.client('one'), await authority.client('other')];
  const damaged = one.cert.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
  const encrypted = one.key.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
  const contents = {
    'ca.pem': authority.ca,
    'two.pem': `# both\n${authority.ca}\n${damaged}`,
    'cert.pem': one.cert,
    'key.pem': one.key,
    'other.pem': other.key,
    'damaged.pem': damaged,
    'encrypted.pem': encrypted,
    'text.txt': 'hello',
  };
  directory = await mkdtemp(join(tmpdir(), 'remora-tls-'));
  for (const [name, content] of Object.entries(contents)) {
    files.set(name, join(directory, name));
    await writeFile(join(directory, name), content);
  }
  files.set('missing.pem', join(directory, 'missing.pem'));
});

afterAll(() => rm(directory, { recursive: true }));

const at = (name: string) => files.get(name) ?? '';
const ca = (name: string) => tlsOptions({ insecure: false, 'ca-file': at(name) });
const client = (cert: string, key: string) =>
  tlsOptions({ insecure: false, 'cert-file': at(cert), 'key-file': at(key) });

it('takes what TLS can use', async () => {
  expect((await ca('ca.pem')).ca).toContain('BEGIN CERTIFICATE');
  expect((await client('cert.pem', 'key.pem')).clientCertificate?.key).toContain('PRIVATE KEY');
});

it.each([
  ['missing.pem', 'NOT_FOUND', 'missing.pem does not exist', 'Check the path'],
  ['text.txt', 'INVALID_ARGUMENT', 'text.txt is not PEM', 'openssl x509'],
  ['key.pem', 'INVALID_ARGUMENT', 'key.pem holds "private key", wanted a certificate', 'certificate'],
  ['damaged.pem', 'INVALID_ARGUMENT', 'damaged.pem holds a certificate that is damaged', 'Fetch'],
  ['two.pem', 'INVALID_ARGUMENT', 'two.pem holds a certificate that is damaged', 'Fetch'],
])('refuses %s as an authority', async (name, code, message, hint) => {
  await expect(ca(name)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });
});

it.each([
  ['cert.pem', 'other.pem', 'other.pem is not the key of '],
  ['key.pem', 'cert.pem', 'key.pem holds "private key", wanted a certificate'],
  ['cert.pem', 'cert.pem', 'cert.pem holds "certificate", wanted a private key'],
  ['damaged.pem', 'key.pem', 'damaged.pem holds a certificate that is damaged'],
  ['cert.pem', 'encrypted.pem', 'encrypted.pem is encrypted, wanted a key without a password'],
  ['cert.pem', 'text.txt', 'text.txt is not PEM'],
])('refuses %s with %s as a client certificate', async (cert, key, message) => {
  await expect(client(cert, key)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(message),
  });
});
