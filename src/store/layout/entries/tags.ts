import { Annotation } from '../../../oci/values/annotations.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import { FULL_NAME, nameOf } from './names.js';

/**
 * Points `tag` at `entry`: exactly one entry has the name afterwards, and what had it before stays, untagged. Gives the
 * same array back when nothing changes.
 */
export function setTag(entries: readonly Descriptor[], tag: string, entry: Descriptor): readonly Descriptor[] {
  const holders = entries.filter((candidate) => nameOf(candidate) === tag);
  if (holders.length === 1 && holders[0]?.digest === entry.digest) return entries;
  const keeper = holders.find(({ digest }) => digest === entry.digest);
  const freed = withoutNames(entries, new Set(holders.filter((holder) => holder !== keeper)));
  if (keeper !== undefined) return freed;
  const untagged = freed.findIndex((candidate) => candidate.digest === entry.digest && nameOf(candidate) === undefined);
  const existing = freed[untagged];
  return existing === undefined ? [...freed, withName(entry, tag)] : freed.with(untagged, withName(existing, tag));
}

/** Takes the names of entries away: each manifest keeps one entry, without a name unless it has another. */
export function withoutNames(entries: readonly Descriptor[], freed: ReadonlySet<Descriptor>): readonly Descriptor[] {
  const kept = new Set(entries.filter((entry) => !freed.has(entry)).map(({ digest }) => digest));
  return entries.flatMap((entry) => {
    if (!freed.has(entry)) return [entry];
    if (kept.has(entry.digest)) return [];
    kept.add(entry.digest);
    return [withoutName(entry)];
  });
}

/** The entry under a name. */
export function withName(entry: Descriptor, tag: string): Descriptor {
  return { ...entry, annotations: { ...entry.annotations, [Annotation.refName]: tag } };
}

function withoutName(entry: Descriptor): Descriptor {
  const { annotations, ...rest } = entry;
  const { [Annotation.refName]: _tag, [FULL_NAME]: _name, ...others } = annotations ?? {};
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}
