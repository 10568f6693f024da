import { isRemoraError, RemoraError } from '../../errors.js';
import type { Place } from '../../oci/names/place.js';
import type { ReadReference, Reportable } from '../../operations/report/report.js';
import { inputOf, type SecretFlags } from './file-argument.js';

/** A list of a million references has some 60 MB. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * The references of arguments and of the files that `--from` names, in this order.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: none is given, standard input is named twice, a file cannot be read
 */
export async function reportReferences(
  words: readonly string[],
  files: readonly string[],
  flags: SecretFlags,
  stdin: NodeJS.ReadStream,
): Promise<readonly Reportable[]> {
  if (words.length + files.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', 'argument REFERENCE is missing', {
      hint: 'Name images, a file with --from, or a repository with --all-tags',
    });
  if (files.filter((file) => file === '-').length > 1)
    throw new RemoraError('INVALID_ARGUMENT', '--from - is given several times, and standard input can be read once');
  const read: Reportable[] = [...words];
  for (const file of files) for (const one of await readFrom(file, flags, stdin)) read.push(one);
  return read;
}

async function readFrom(file: string, flags: SecretFlags, stdin: NodeJS.ReadStream): Promise<readonly ReadReference[]> {
  const { readReferences } = await import('../../operations/report/read-references.js');
  if (file !== '-') {
    const { readArgumentFile } = await import('../../io/files/argument-file.js');
    return readReferences(await readArgumentFile(file, MAX_BYTES), file);
  }
  inputOf(file, flags, stdin);
  const { buffer } = await import('node:stream/consumers');
  return readReferences(await buffer(stdin), 'standard input');
}

/** Flags that are for one registry: secrets, and a weaker connection. */
const OF_ONE = ['username', 'identity-token-stdin', 'header', 'cert-file', 'plain-http', 'insecure'];

/**
 * The place that the flags for registries are for: the registry of the references, else a place that needs none of them.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where a flag is for one registry, and the references name several
 */
export async function placeOfReport(
  references: readonly Reportable[],
  flags: Readonly<Record<string, unknown>>,
): Promise<Place | undefined> {
  const { resolvePlace } = await import('../../operations/places/location.js');
  let place: Place | undefined;
  for (const one of references) {
    const text = typeof one === 'string' ? one : 'text' in one ? one.text : undefined;
    const at = text === undefined ? undefined : placeIn(text, resolvePlace);
    const flag = OF_ONE.find((name) => flags[name]);
    if (flag !== undefined && at?.kind === 'registry' && place?.kind === 'registry' && at.registry !== place.registry)
      throw new RemoraError(
        'INVALID_ARGUMENT',
        `--${flag} is for one registry, and the references name ${place.registry} and ${at.registry}`,
        { hint: 'Make a report for each of them, and join the rows with --merge' },
      );
    if (place === undefined || (place.kind !== 'registry' && at?.kind === 'registry')) place = at ?? place;
  }
  return place;
}

/** A text that is not a place becomes a row that says so. */
function placeIn(text: string, resolve: (text: string) => Place): Place | undefined {
  try {
    return resolve(text);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return undefined;
  }
}
