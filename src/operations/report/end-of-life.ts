import { MediaType } from '../../oci/values/media-types.js';
import type { Source } from '../../store/interfaces/store.js';
import { endOfLifeOf } from '../discover/end-of-life.js';
import type { Fact, FactsOptions, ImageFacts } from './facts.js';
import type { ReportRow } from './schema.js';

/** The earliest end of life of an image and its platforms, each by its newest lifecycle attachment. */
export async function earliestEnd(
  source: Source,
  { held, account }: ImageFacts,
  options: Pick<FactsOptions, 'signal' | 'now'>,
): Promise<ReportRow['endOfLife']> {
  const subjects = [held, ...(held.platforms ?? [])];
  const ends = await Promise.all(
    subjects.map(({ referrers }) => endOfLifeOf(source, referrers.map(asTree), account, options)),
  );
  const [first] = ends.filter((end) => end !== undefined).sort((a, b) => (a.date < b.date ? -1 : 1));
  if (first === undefined) return undefined;
  const { date, past } = first;
  return { date, ...(past === undefined ? {} : { past }) };
}

function asTree({ digest, annotations, kind, formats = [], created }: Fact) {
  const descriptor = { mediaType: MediaType.imageManifest, digest, size: 0, ...(annotations && { annotations }) };
  const facts = { descriptor, via: [], formats, ...(kind && { kind }), ...(created && { created }) };
  return { attachment: facts, below: [] };
}
