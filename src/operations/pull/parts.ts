import { posix } from 'node:path';
import { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { quote } from '../../oci/text/quote.js';
import { OrasAnnotation } from '../../oci/values/annotations.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import { withFormatNames } from './format-names.js';
import { CONCURRENCY, type WantedFile, type WantedManifest } from './index-files.js';
import type { LeftOut } from './left-out.js';
import { ownName } from './own-name.js';
import type { Parts } from './part-options.js';
import type { Wanted } from './wanted-manifests.js';

/** Files that an error lists. */
const MAX_LISTED = 20;

/**
 * Keeps the files that are wanted, and adds configs. Only a config that tells names is fetched.
 *
 * @throws RemoraError `NO_MATCH`, with the files that are there
 */
export async function chooseParts(
  source: Source,
  wanted: Wanted,
  { globs, mediaTypes, config }: Parts,
  { isAttached, ...options }: CallOptions & { readonly isAttached: boolean },
): Promise<Wanted> {
  if (globs.length === 0 && mediaTypes.length === 0 && !config) return wanted;
  const { reference, leftOut } = wanted;
  const whole = config ? wanted.manifests.map(withConfig) : wanted.manifests;
  const all = (manifests: readonly WantedManifest[]) => manifests.flatMap(({ files }) => files);
  if (config && !all(whole).some(({ isConfig }) => isConfig))
    throw new RemoraError('NO_MATCH', `${reference} has no config`, { hint: 'Leave out --config' });
  const manifests =
    globs.length === 0
      ? whole
      : await mapSome(whole, CONCURRENCY, (one) => withFormatNames(source, one, leftOut, options));
  const names = new Map(all(manifests).map((file) => [file, ownName(file, isAttached)]));
  const nothingFits = (what: string, tail = '') => unread(reference, leftOut) ?? noFile(reference, what, names, tail);
  for (const [glob, fits] of globs)
    if (![...names.values()].some(fits)) throw nothingFits(`fits ${quote(glob)}`, deeper(glob, fits, names));
  const isWanted = (file: WantedFile) =>
    (globs.length === 0 || globs.some(([, fits]) => fits(names.get(file) ?? ''))) &&
    (mediaTypes.length === 0 || mediaTypes.includes(file.layer.mediaType));
  const isSelective = globs.length > 0 || mediaTypes.length > 0;
  if (isSelective && !all(manifests).some(isWanted))
    throw nothingFits(`has the media type ${mediaTypes.join(' or ')}${globs.length === 0 ? '' : ' and such a name'}`);
  const chosen = manifests.map((one) => ({
    ...one,
    files: one.files.filter((file) => file.isConfig || isWanted(file)),
  }));
  return { ...wanted, manifests: chosen.filter(({ files }) => files.length > 0) };
}

/** The config is the last file, so that it gives way to a file of its name. */
function withConfig({ config, files, ...one }: WantedManifest): WantedManifest {
  return { ...one, files: config === undefined ? files : [...files, config] };
}

/** The end of a hint: a pattern without a directory fits no file in one. */
function deeper(glob: string, fits: (name: string) => boolean, names: ReadonlyMap<WantedFile, string>): string {
  return [...names.values()].some((name) => fits(posix.basename(name)))
    ? `; **/${glob} also looks into directories`
    : '';
}

/** The error for a pattern or type that no file fits; its hint lists the files. */
function noFile(reference: string, what: string, names: ReadonlyMap<WantedFile, string>, tail: string): RemoraError {
  const candidates = [...names].map(([{ layer }, name]) => `${name} (${layer.mediaType})`);
  const more = candidates.length > MAX_LISTED ? ` and ${candidates.length - MAX_LISTED} more` : '';
  const hasDirectory = [...names.keys()].some(
    ({ layer, named }) => named?.packed !== undefined || layer.annotations?.[OrasAnnotation.unpack] === 'true',
  );
  const listed = candidates.length === 0 ? 'no files' : `${candidates.slice(0, MAX_LISTED).join(', ')}${more}`;
  return new RemoraError('NO_MATCH', `${reference} has no file that ${what}`, {
    candidates,
    hint: `It has ${listed}${hasDirectory ? '; a packed directory is taken whole' : ''}${tail}`,
  });
}

/** The error where a file that would fit may be among those that could not be listed. */
function unread(reference: string, { first: cause }: LeftOut): RemoraError | undefined {
  if (cause === undefined) return undefined;
  const { message, hint } = cause;
  return new RemoraError('INCOMPLETE', `not all files of ${reference} are known: ${message}`, {
    cause,
    ...given({ hint }),
  });
}
