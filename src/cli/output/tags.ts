import type { TagsResult } from '../../operations/repo/schema.js';
import { digits } from './fit.js';
import { columnLines, formatSize, printable } from './text.js';

/** The tags one a line, with their manifests where the result has them. `short` cuts digests. */
export function tagLines({ tags, manifests }: TagsResult, short: boolean): Iterable<string> {
  if (manifests === undefined) return tags.map(printable);
  return columnLines(function* () {
    for (const entry of manifests)
      yield 'error' in entry
        ? [printable(entry.tag), '-']
        : [
            printable(entry.tag),
            short ? digits(entry.digest) : entry.digest,
            formatSize(entry.size),
            printable(entry.mediaType),
          ];
  });
}

/** The notes below a list of tags. */
export function tagNotes({ reference, tags, hidden, limited, manifests = [] }: TagsResult): readonly string[] {
  return [
    ...(tags.length === 0 ? [`${reference} has no tags`] : []),
    ...manifests.flatMap((entry) => ('error' in entry ? [`no manifest for ${entry.tag}: ${entry.error.message}`] : [])),
    ...(limited ? [`not shown: tags beyond the limit of ${tags.length}`] : []),
    ...(hidden > 0 ? [`not shown: tags that stand for a digest (${hidden}); --all shows them`] : []),
  ];
}

/** The failures that are more than a tag which is gone, or whose manifest is. */
export function tagFailures({ manifests = [] }: TagsResult): readonly { readonly code: string }[] {
  return manifests.flatMap((entry) => ('error' in entry && entry.error.code !== 'NOT_FOUND' ? [entry.error] : []));
}
