import type { Descriptor } from '../../oci/values/descriptor.js';
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
  return united((await Promise.all(found)).flat());
}

type Placed = Attachment & { readonly places: readonly AttachedIn[] };

function placed(attachment: Attachment, place: Source): Placed {
  const { via, tags } = attachment;
  return { ...attachment, places: [given({ place, via, tags })] };
}

/** Unites those with one digest (within one holder). Layers are the attachments also where another place lists their manifest. */
function united(attachments: readonly Placed[]): readonly Attachment[] {
  const holders = new Set(attachments.map(({ holder }) => holder?.digest));
  const wholes = attachments.filter(({ descriptor }) => holders.has(descriptor.digest));
  const known = new Map<string, Placed>();
  for (const attachment of attachments) {
    const { descriptor, holder } = attachment;
    if (holders.has(descriptor.digest)) continue;
    const key = `${descriptor.digest} ${holder?.digest ?? ''}`;
    const before = known.get(key);
    const others = wholes.filter((whole) => whole.descriptor.digest === holder?.digest);
    known.set(key, before === undefined ? others.reduce(both, attachment) : both(before, attachment));
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
