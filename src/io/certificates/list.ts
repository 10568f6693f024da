import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isRemoraError } from '../../errors.js';
import { canonicalRegistry } from '../credentials/auths-key.js';
import type { Environment } from '../credentials/config-files.js';
import type { UnaskedPlace } from '../credentials/erase.js';
import { fileError, ifSystemError, UNREADABLE_CODES } from '../files/system-error.js';
import { readDirectory } from './directory.js';
import { certificatePlaces } from './places.js';

/** The directory of a host below `certs.d`. */
export interface ListedCertificates {
  /** The name of the directory: `host[:port]`. */
  readonly host: string;
  readonly directory: string;
  /** Paths of the files that are read. */
  readonly files: readonly string[];
  /** False where a directory that comes before has the same host. */
  readonly used: boolean;
}

/** All directories of hosts. */
export interface CertificateList {
  /** In the order in which they are looked for. */
  readonly certificates: readonly ListedCertificates[];
  /** Directories with a file that cannot be used. */
  readonly incomplete: readonly UnaskedPlace[];
}

/** Lists the certificates that Docker and containers keep for hosts. A directory that fails is named. */
export async function listCertificates(env: Environment = process.env): Promise<CertificateList> {
  const certificates: ListedCertificates[] = [];
  const incomplete: UnaskedPlace[] = [];
  const known = new Set<string>();
  for (const place of new Set(certificatePlaces(env)))
    for (const host of await hostsIn(place)) {
      const directory = join(place, host);
      const used = !known.has(nameOf(host));
      known.add(nameOf(host));
      try {
        const { files } = await readDirectory(directory, { ca: true, client: true });
        certificates.push({ host, directory, files, used });
      } catch (error) {
        if (!isRemoraError(error)) throw error;
        incomplete.push({ place: directory, error });
      }
    }
  return { certificates, incomplete };
}

async function hostsIn(place: string): Promise<readonly string[]> {
  const found = await ifSystemError(readdir(place, { withFileTypes: true }), ...UNREADABLE_CODES).catch(
    (error: unknown) => {
      throw fileError(error, place);
    },
  );
  return (found ?? [])
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort();
}

function nameOf(host: string): string {
  return canonicalRegistry(host.replace(/:443$/, ''));
}
