import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import nodeTls from 'node:tls';
import { RemoraError } from '../../errors.js';
import { fileError, systemCode } from '../../io/files/system-error.js';
import type { ConnectionOptions } from '../../io/http/connection-options.js';

/** How TLS is spoken. */
export interface TlsFlags {
  readonly insecure: boolean;
  readonly 'ca-file'?: string | undefined;
  readonly 'cert-file'?: string | undefined;
  readonly 'key-file'?: string | undefined;
}

/** Whether a flag is given that has a meaning with TLS alone. */
export function wantsTls({ insecure, 'ca-file': ca, 'cert-file': cert }: TlsFlags): boolean {
  return insecure || ca !== undefined || cert !== undefined;
}

/**
 * Reads the files of the flags.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT` for a file that TLS could not use
 */
export async function tlsOptions(
  flags: TlsFlags,
): Promise<Pick<ConnectionOptions, 'insecure' | 'ca' | 'clientCertificate'>> {
  const { insecure, 'ca-file': ca, 'cert-file': cert, 'key-file': key } = flags;
  return {
    insecure,
    ca: ca === undefined ? undefined : await readCa(ca),
    clientCertificate: cert === undefined || key === undefined ? undefined : await readCertificate(cert, key),
  };
}

async function readCa(path: string): Promise<string> {
  const pem = await readPem(path, CERTIFICATE);
  for (const block of pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?(?:-----END [^-]*-----|$)/g) ??
    [])
    usable(() => new X509Certificate(block), `${path} holds a certificate that is damaged`, 'Fetch the file again');
  return pem;
}

async function readCertificate(certFile: string, keyFile: string): Promise<{ cert: string; key: string }> {
  const [cert, key] = [await readPem(certFile, CERTIFICATE), await readPem(keyFile, KEY)];
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key))
    throw unusable(
      `${keyFile} is encrypted, wanted a key without a password`,
      'Decrypt it: openssl pkey -in FILE -out FILE',
    );
  const [chain, both] = [`${certFile} holds a certificate that is damaged`, `${keyFile} is not the key of ${certFile}`];
  usable(() => nodeTls.createSecureContext({ cert }), chain, 'Fetch the file again');
  usable(() => nodeTls.createSecureContext({ key }), `${keyFile} holds a key that is damaged`, 'Fetch the file again');
  usable(() => nodeTls.createSecureContext({ cert, key }), both, 'Name the key that the certificate was made for');
  return { cert, key };
}

/** Content of a PEM file, and what is said of a file without it. */
interface Content {
  readonly name: string;
  readonly pattern: RegExp;
}

const CERTIFICATE: Content = { name: 'a certificate', pattern: /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/ };
const KEY: Content = { name: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ };

async function readPem(path: string, wanted: Content): Promise<string> {
  const pem = await readFile(path, 'latin1').catch((error: unknown) => {
    throw fileError(error, path, 'Check the path of the file');
  });
  if (wanted.pattern.test(pem)) return pem;
  const [, found] = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem) ?? [];
  if (found !== undefined) {
    const hint = wanted === KEY ? 'Give the key with --key-file' : 'Give the certificate, and its key with --key-file';
    throw unusable(`${path} holds ${JSON.stringify(found.toLowerCase())}, wanted ${wanted.name}`, hint);
  }
  throw new RemoraError('INVALID_ARGUMENT', `${path} is not PEM`, {
    expected: '-----BEGIN …-----',
    hint: `Convert it: openssl ${wanted === KEY ? 'pkey' : 'x509'} -inform der -in FILE`,
  });
}

/** The words of OpenSSL are of no help. */
function usable(use: () => unknown, message: string, hint: string): void {
  try {
    use();
  } catch (cause) {
    if (systemCode(cause) === undefined) throw cause;
    throw unusable(message, hint, cause);
  }
}

function unusable(message: string, hint: string, cause?: unknown): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { cause, hint });
}
