import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRemoraError, RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import { readRegular } from '../files/regular-file.js';
import { fileError } from '../files/system-error.js';
import { authorities, type ClientCertificate, clientCertificate, type PemFile } from './pem.js';

/** Certificates of all authorities take about 250 KiB. */
const MAX_BYTES = 1024 * 1024;

/** The files of a directory of a host, by what they are for. */
export interface CertificateNames {
  /** Authorities, by name. */
  readonly ca: readonly string[];
  /** The client certificate and its key. */
  readonly client?: readonly [cert: string, key: string];
}

/**
 * Sorts the files of a directory as Docker and containers do: `*.crt` are authorities, `*.cert` with `*.key` is a client
 * certificate. Of several pairs the first by name counts.
 *
 * @throws RemoraError `MALFORMED` (a certificate without its key, or a key without its certificate), `IO`
 */
export async function certificateNames(directory: string): Promise<CertificateNames> {
  const found = await readdir(directory).catch((error: unknown) => {
    throw fileError(error, directory);
  });
  const names = found.sort();
  const ending = (end: string) => names.filter((name) => name.endsWith(end));
  const [certs, keys] = [ending('.cert'), ending('.key')];
  for (const cert of certs) {
    const key = cert.replace(/cert$/, 'key');
    if (!keys.includes(key))
      throw lonely(
        join(directory, cert),
        `key ${key}`,
        'Put the key beside it; certificates of authorities end in .crt',
      );
  }
  for (const key of keys) {
    const cert = key.replace(/key$/, 'cert');
    if (!certs.includes(cert))
      throw lonely(join(directory, key), `certificate ${cert}`, 'Put the certificate beside it, or remove the key');
  }
  const [cert] = certs;
  return { ca: ending('.crt'), ...(cert !== undefined && { client: [cert, cert.replace(/cert$/, 'key')] }) };
}

/** Certificates of a host, with the files that they come from. */
export interface DirectoryCertificates {
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
  /** Paths of the files that were read. */
  readonly files: readonly string[];
}

/** The files to read: those that no flag or option stands for. */
export interface WantedCertificates {
  readonly ca: boolean;
  readonly client: boolean;
}

/**
 * Reads the directory of a host.
 *
 * @throws RemoraError `MALFORMED`, `IO`: a file that cannot be used is an error that names it, as nobody puts it there
 *   without need
 */
export async function readDirectory(directory: string, wanted: WantedCertificates): Promise<DirectoryCertificates> {
  const names = await certificateNames(directory);
  const read = (name: string) => pemFile(join(directory, name));
  const ca = wanted.ca ? await Promise.all(names.ca.map(read)) : [];
  const pair = wanted.client && names.client !== undefined ? await Promise.all(names.client.map(read)) : [];
  const [cert, key] = pair;
  return {
    ca: ca.length === 0 ? undefined : ca.map((file) => checked(file.path, () => authorities(file))).join('\n'),
    client: cert && key && checked(cert.path, () => clientCertificate(cert, key)),
    files: [...ca, ...pair].map(({ path }) => path),
  };
}

async function pemFile(path: string): Promise<PemFile> {
  const { bytes } = await readRegular(path, MAX_BYTES).catch((error: unknown) => {
    const { message, hint } = fileError(error, path);
    // NOT_FOUND would tell of what the command asks for; here a link leads nowhere.
    throw new RemoraError('IO', message, { cause: error, hint: hint ?? 'Repair the file, or remove it' });
  });
  if (bytes !== undefined) return { path, pem: bytes.toString('latin1') };
  throw new RemoraError('MALFORMED', `${path} is larger than ${MAX_BYTES} bytes, wanted certificates`);
}

function checked<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    const { message, expected, hint } = error;
    const next = hint?.includes('--key-file') ? `Put the right file in place of ${path}` : hint;
    throw new RemoraError('MALFORMED', message, { cause: error, ...given({ expected, hint: next }) });
  }
}

function lonely(path: string, wanted: string, hint: string): RemoraError {
  return new RemoraError('MALFORMED', `${path} is without its ${wanted}`, { hint });
}
