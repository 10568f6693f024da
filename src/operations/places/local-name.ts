import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { ifSystemError, UNREADABLE_CODES } from '../../io/files/system-error.js';
import { formatPlace, isBareName, type Place } from '../../oci/names/place.js';
import { quote } from '../../oci/text/quote.js';

/** Docker's own repositories, where a name of one word leads; nobody else may write there. */
const OWN = /^library\//;

/**
 * Refuses a name without a registry that leads to Docker Hub and means something here: a layout or an archive of that
 * name that exists, or a place to write to.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, whose hint names both ways to write it
 */
export async function refuseLocalName(place: Place, isWritten: boolean): Promise<void> {
  if (place.kind !== 'registry' || !isBareName(place)) return;
  const path = place.repository.replace(OWN, '');
  const scheme = (await isLayout(path)) ? 'oci' : (await isArchive(path)) ? 'oci-archive' : undefined;
  const isOwn = isWritten && OWN.test(place.repository);
  if (scheme === undefined && !isOwn) return;
  const full = formatPlace(place, place);
  const written = `${path}${full.slice(formatPlace(place).length)}`;
  const what = scheme === undefined ? "is one of Docker's own names on Docker Hub" : 'a path of this name exists';
  throw new RemoraError('INVALID_ARGUMENT', `${quote(written)} has no registry, and ${what}`, {
    found: written,
    hint: `Write ${scheme ?? 'oci'}:${written} for the path, ${isOwn ? `docker.io/ACCOUNT/${written}` : full} for a name on Docker Hub`,
  });
}

async function isLayout(path: string): Promise<boolean> {
  const files = ['oci-layout', 'index.json'].map((name) => ifSystemError(stat(join(path, name)), ...UNREADABLE_CODES));
  return (await Promise.all(files)).some((info) => info?.isFile());
}

async function isArchive(path: string): Promise<boolean> {
  if (!/\.(?:tar|tgz|tzst|tar\.gz|tar\.zst)$/.test(path)) return false;
  return (await ifSystemError(stat(path), ...UNREADABLE_CODES))?.isFile() ?? false;
}
