import { X509Certificate } from 'node:crypto';
import nodeTls from 'node:tls';
import { RemoraError } from '../../errors.js';
import { systemCode } from '../files/system-error.js';

/** The text of a file, and the path that messages name. */
export interface PemFile {
  readonly path: string;
  readonly pem: string;
}

/** A certificate that a client shows, with its key, PEM. */
export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
}

/** Content of a PEM file, the words for a file without it, and the next step. */
interface Content {
  readonly name: string;
  readonly pattern: RegExp;
  readonly command: string;
}

const CERTIFICATE: Content = {
  name: 'a certificate',
  pattern: /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/,
  command: 'x509',
};
const KEY: Content = { name: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/, command: 'pkey' };

/**
 * Certificates of authorities, each of which can be read.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function authorities(file: PemFile): string {
  const { path, pem } = withContent(file, CERTIFICATE);
  for (const block of pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?(?:-----END [^-]*-----|$)/g) ??
    [])
    usable(() => new X509Certificate(block), `${path} holds a certificate that is damaged`, 'Fetch the file again');
  return pem;
}

/**
 * A certificate and its key, which TLS can use.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function clientCertificate(certFile: PemFile, keyFile: PemFile): ClientCertificate {
  const { path, pem: cert } = withContent(certFile, CERTIFICATE);
  const { path: keyPath, pem: key } = withContent(keyFile, KEY);
  if (/^-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key))
    throw unusable(
      `${keyPath} is encrypted, wanted a key without a password`,
      'Decrypt it: openssl pkey -in FILE -out FILE',
    );
  const [chain, both] = [`${path} holds a certificate that is damaged`, `${keyPath} is not the key of ${path}`];
  usable(() => nodeTls.createSecureContext({ cert }), chain, 'Fetch the file again');
  usable(() => nodeTls.createSecureContext({ key }), `${keyPath} holds a key that is damaged`, 'Fetch the file again');
  usable(() => nodeTls.createSecureContext({ cert, key }), both, 'Name the key that the certificate was made for');
  return { cert, key };
}

function withContent(file: PemFile, wanted: Content): PemFile {
  const { path, pem } = file;
  if (wanted.pattern.test(pem)) return file;
  const [, found] = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem) ?? [];
  if (found !== undefined) {
    const hint = wanted === KEY ? 'Give the key with --key-file' : 'Give the certificate, and its key with --key-file';
    throw unusable(`${path} holds ${JSON.stringify(found.toLowerCase())}, wanted ${wanted.name}`, hint);
  }
  throw new RemoraError('INVALID_ARGUMENT', `${path} is not PEM`, {
    expected: '-----BEGIN …-----',
    hint: `Convert it: openssl ${wanted.command} -inform der -in FILE`,
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
