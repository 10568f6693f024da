import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { hasSeveralPlaces } from '../../store/interfaces/several-places.js';
import type { Source } from '../../store/interfaces/store.js';
import type { AttachedIn, Attachment } from './attachment.js';
import { type FindOptions, findAttached } from './find.js';

/**
 * Finds the attachments of a subject in all places of a source, which are asked at the same time. An attachment that is in
 * several places is returned once, with each of them. BuildKit's attestations stand in an index, of the first place.
 */
export async function findInPlaces(
  source: Source,
  subject: Descriptor,
  options: FindOptions,
): Promise<readonly Attachment[]> {
  if (!hasSeveralPlaces(source)) return findAttached(source, subject, options);
  const { onAsked, onListed } = options;
  const found = source.places.map(async (place, position) => {
    const name = place.format({});
    const attachments = await findAttached(place, subject, {
      ...options,
      attestations: position === 0 ? options.attestations : undefined,
      onAsked: onAsked && ((answer) => onAsked({ ...answer, place: name })),
      onListed: (entry) => {
        source.learn(entry.digest, place);
        onListed?.(entry);
      },
    });
    for (const { descriptor, holder } of attachments)
      for (const each of [descriptor, ...(holder === undefined ? [] : [holder])]) source.learn(each.digest, place);
    return attachments.map((attachment) => placed(attachment, place));
  });
  const attachments = united((await Promise.all(found)).flat());
  // Where another place lists the manifest of layers alone, it can be named before the place that comes first.
  const inOrder = (places: Placed['places']) =>
    source.places.flatMap((place) => places.filter((each) => each.place === place));
  return attachments.map((attachment) => ({ ...attachment, places: inOrder(attachment.places) }));
}

type Placed = Attachment & { readonly places: readonly AttachedIn[] };

function placed(attachment: Attachment, place: Source): Placed {
  const { via, tags } = attachment;
  return { ...attachment, places: [given({ place, via, tags })] };
}

/** Unites those with one digest (within one holder). Layers are the attachments also where another place lists their manifest. */
function united(attachments: readonly Placed[]): readonly Placed[] {
  const holders = new Set(attachments.map(({ holder }) => holder?.digest));
  const wholes = new Map<Digest, Placed>();
  for (const whole of attachments.filter(({ descriptor }) => holders.has(descriptor.digest))) {
    const before = wholes.get(whole.descriptor.digest);
    wholes.set(whole.descriptor.digest, before === undefined ? whole : both(before, whole));
  }
  const known = new Map<string, Placed>();
  for (const attachment of attachments) {
    const { descriptor, holder } = attachment;
    if (holders.has(descriptor.digest)) continue;
    const key = `${descriptor.digest} ${holder?.digest ?? ''}`;
    const before = known.get(key);
    const whole = holder && wholes.get(holder.digest);
    const first = whole === undefined ? attachment : both(attachment, whole);
    known.set(key, before === undefined ? first : both(before, attachment));
  }
  return [...known.values()];
}

function both(one: Placed, other: Placed): Placed {
  const tags = [...new Set([...(one.tags ?? []), ...(other.tags ?? [])])];
  const places = new Map(one.places.map((each) => [each.place, each]));
  for (const each of other.places) if (!places.has(each.place)) places.set(each.place, each);
  return {
    ...one,
    via: [...new Set([...one.via, ...other.via])],
    ...given({ tags: tags.length === 0 ? undefined : tags }),
    places: [...places.values()],
  };
}

/** The names of the places of an attachment; undefined where that is the place of the subjects alone. */
export function placeNames(source: Source, { places }: Attachment): readonly string[] | undefined {
  if (places === undefined || !hasSeveralPlaces(source)) return undefined;
  const isAtHome = places.every(({ place }) => place === source.places[0]);
  return isAtHome ? undefined : places.map(({ place }) => place.format({}));
}
