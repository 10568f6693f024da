import { readFile } from 'node:fs/promises';
import type { PemFile } from '../../io/certificates/pem.js';
import { fileError } from '../../io/files/system-error.js';
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
  if (ca === undefined && cert === undefined) return { insecure };
  const pem = await import('../../io/certificates/pem.js');
  return {
    insecure,
    ca: ca === undefined ? undefined : pem.authorities(await pemFile(ca)),
    clientCertificate:
      cert === undefined || key === undefined
        ? undefined
        : pem.clientCertificate(await pemFile(cert), await pemFile(key)),
  };
}

async function pemFile(path: string): Promise<PemFile> {
  const pem = await readFile(path, 'latin1').catch((error: unknown) => {
    throw fileError(error, path, 'Check the path of the file');
  });
  return { path, pem };
}
