import { lstat, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { kindOf, openRegular, readAtMost } from '../../io/files/regular-file.js';
import { fileError } from '../../io/files/system-error.js';
import { quote } from '../../oci/text/quote.js';
import { MAX_CERTIFICATES, readTrustedCertificates } from '../../trust/notation/trust-store.js';

/** Certificates, DER, by `TYPE:NAME`, like `ca:acme`. */
export type TrustStores = Readonly<Record<string, readonly Uint8Array[]>>;

const TYPES = ['ca', 'signingAuthority', 'tsa'];
const NAME = /^[A-Za-z0-9_.-]+$/;
const EXTENSIONS = ['.crt', '.cer', '.pem', '.der'];
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a trust store of notation: files with certificates in `x509/TYPE/NAME`, where the type is `ca`,
 * `signingAuthority` or `tsa` (trust-store-trust-policy.md, "Trust Store"). Links are refused, as the specification asks.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, which names the file: it is missing, a link, a folder too deep, not a certificate,
 *   or has a certificate that is not of an authority, nor signed by itself
 */
export async function readTrustStore(dir: string): Promise<TrustStores> {
  const stores: Record<string, readonly Uint8Array[]> = {};
  let room = MAX_CERTIFICATES;
  for (const type of await folder(join(dir, 'x509'))) {
    if (!TYPES.includes(type.name)) throw refused(`${type.path} is not one of the folders ${TYPES.join(', ')}`);
    for (const { name, path } of await folder(type.path)) {
      if (!NAME.test(name))
        throw refused(`${path} has the name ${quote(name)}, wanted letters, digits, "_", "." and "-"`);
      const certificates = await certificatesIn(path, room);
      room -= certificates.length;
      stores[`${type.name}:${name}`] = certificates;
    }
  }
  return stores;
}

interface Entry {
  readonly name: string;
  readonly path: string;
}

/** The entries of a folder, by name. */
async function folder(path: string): Promise<readonly Entry[]> {
  const names = await inFile(path, async () => {
    const info = await lstat(path);
    if (!info.isDirectory()) throw refused(`${path} is ${info.isFile() ? 'a file' : kindOf(info)}, wanted a folder`);
    return readdir(path);
  });
  return names.toSorted().map((name) => ({ name, path: join(path, name) }));
}

async function certificatesIn(path: string, room: number): Promise<readonly Uint8Array[]> {
  const certificates: Uint8Array[] = [];
  for (const file of await folder(path)) {
    certificates.push(...readTrustedCertificates(await contentOf(file.path), file.path));
    if (certificates.length > room)
      throw refused(`${path} brings the trust store above ${MAX_CERTIFICATES} certificates`);
  }
  return certificates;
}

async function contentOf(path: string): Promise<Uint8Array> {
  const bytes = await inFile(path, async () => {
    const file = await openRegular(path, { followLinks: false });
    try {
      return await readAtMost(file, MAX_FILE_BYTES);
    } finally {
      await file.close();
    }
  });
  if (!EXTENSIONS.includes(extname(path))) {
    throw refused(`${path} is not a certificate, wanted a name with ${EXTENSIONS.join(', ')}`);
  }
  if (bytes === undefined) throw refused(`${path} has more than ${MAX_FILE_BYTES} bytes, wanted certificates`);
  return bytes;
}

/** A trust store is an argument: what is missing there must not look like a missing signature (exit code 3). */
async function inFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw refused(fileError(cause, path).message, cause);
  }
}

function refused(message: string, cause?: unknown): RemoraError {
  const hint = 'Keep certificates in x509/TYPE/NAME/*.pem of the trust store, each file in its place and not a link';
  return new RemoraError('INVALID_ARGUMENT', message, { hint, cause });
}
