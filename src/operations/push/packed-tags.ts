import { parseTags } from '../../oci/names/target.js';
import type { PackedFile, PackingOptions } from '../pack/packing.js';
import type { VersionedTarget } from '../places/versioned-target.js';

/**
 * The tags for what was packed: those that were given, as its own tool writes them, else its version. `onNote` is told what
 * the tool would not find.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a tag with a `+` that is not a version, and for a version that is not a tag
 */
export function tagsFor(
  packed: PackedFile | undefined,
  { at, tags: named, refusal }: VersionedTarget,
  { tags: more = [], onNote }: PackingOptions & { readonly tags?: readonly string[] | undefined },
): readonly string[] {
  const given = [...new Set([...named, ...more])];
  if (packed === undefined) {
    if (refusal !== undefined) throw refusal;
    return given;
  }
  const { name, version, packing } = packed;
  const kind = 'store' in at ? at.store.kind : at.kind;
  const wanted = packing.tagOf(version);
  if ('kind' in at && at.kind === 'registry' && at.repository.split('/').at(-1) !== name)
    onNote?.(`${packing.what} is looked for in a repository with its name: the last part is not ${name}`);
  if (given.length === 0) {
    onNote?.(`no tag was given: ${packing.what} is found by its version, so it gets the tag ${wanted}`);
    return parseTags(kind, [wanted]);
  }
  const tags = parseTags(kind, given.map(packing.tagOf));
  const turned = given.filter((tag) => packing.tagOf(tag) !== tag);
  for (const tag of turned) onNote?.(`the tag ${tag} is written ${packing.tagOf(tag)}: a tag has no "+"`);
  if (!tags.includes(wanted))
    onNote?.(`${packing.what} is found by its version ${version}, and gets no tag ${wanted}: add it to the others`);
  return tags;
}
