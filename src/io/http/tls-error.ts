/** The words for a failure of TLS, behind the name of the host, and the next step. */
interface Words {
  readonly why: string;
  readonly hint: string;
}

const TRUST =
  'Name the certificate that signed it with --ca-file, or put it into ~/.config/containers/certs.d/HOST:PORT';
const CLIENT = 'Give the certificate that the registry knows with --cert-file and --key-file';

/** By what the code, or the text of OpenSSL, has in it. The first that fits counts. */
const WORDS: readonly (readonly [RegExp, why: string, hint: string])[] = [
  [/DEPTH_ZERO_SELF_SIGNED/, 'shows a certificate that signed itself, wanted one of a trusted authority', TRUST],
  [
    /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|INVALID_CA|CERT_SIGNATURE_FAILURE/,
    'shows a certificate that no trusted authority signed',
    TRUST,
  ],
  [/CERT_HAS_EXPIRED/, 'shows a certificate that has expired', 'Tell the operator of the registry, or check the clock'],
  [/CERT_NOT_YET_VALID/, 'shows a certificate that is not valid yet', 'Check the clock of this machine'],
  [/CERT_REVOKED/, 'shows a certificate that was revoked', 'Tell the operator of the registry'],
  [
    /ALTNAME|HOSTNAME_MISMATCH/,
    'shows a certificate for another name',
    'Write the host as the certificate names it, or check the address',
  ],
  [
    /INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|CERT_CHAIN_TOO_LONG|CERT_REJECTED|ERROR_IN_CERT/,
    'shows a certificate that is not made for a server',
    'Tell the operator of the registry',
  ],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/, 'refuses the handshake, and may want a client certificate', CLIENT],
  [
    /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_|UNKNOWN_CA|DECRYPT_ERROR|ACCESS_DENIED)/,
    'refuses the client certificate',
    CLIENT,
  ],
  [
    /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/,
    'speaks no version of TLS that is safe, wanted 1.2 or later',
    'Tell the operator of the registry',
  ],
  [/UNRECOGNIZED_NAME/, 'has no certificate for this name', 'Check the host, and how it is written'],
  [
    /KEY_TOO_SMALL|MD_TOO_WEAK|NO_SHARED_CIPHER|LEGACY_RENEGOTIATION/,
    'has TLS that is too weak',
    'Tell the operator of the registry',
  ],
  [/KEY_VALUES_MISMATCH/, 'was not asked: the key is not that of the client certificate', CLIENT],
  [
    /ERR_OSSL_|PASSPHRASE|CERTIFICATE_VERIFY/,
    'was not asked: a certificate or key that was given cannot be read',
    'Give certificates and keys as PEM, and keys without a password',
  ],
];

/** The meaning of a failure of TLS. */
export function tlsWords(code: string, error: unknown): Words {
  const text = `${code} ${messages(error).toUpperCase().replaceAll(' ', '_')}`;
  const [, why, hint] = WORDS.find(([pattern]) => pattern.test(text)) ?? [];
  if (why === undefined || hint === undefined)
    return { why: `could not be reached over TLS: ${code}`, hint: 'Give --plain-http if this registry has no TLS' };
  return { why: `${why}${namesOf(error)}`, hint };
}

function messages(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${error.message} ${messages(error.cause)}`;
}

/** The names that a certificate for another name has. */
function namesOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (!('cert' in error && 'host' in error)) return namesOf(error.cause);
  const { cert, host } = error;
  // Without a name, Node.js leaves the member out; Bun has it, undefined.
  if (typeof cert !== 'object' || cert === null || !('subjectaltname' in cert) || !cert.subjectaltname) return '';
  const names = String(cert.subjectaltname).replace(/(?:DNS|IP Address):/g, '');
  return `: ${names.slice(0, 200)}, wanted ${host}`;
}
