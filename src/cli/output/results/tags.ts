import type { TagsResult } from '../../../operations/repo/schema.js';
import { digits, shortType } from '../fit.js';
import { type Column, type Step, textLines } from '../grid.js';
import type { Screen } from '../screen.js';
import { formatSize, printable } from '../text.js';

/** Tag, digest, size and media type. A tag is a result to copy, and gives way last. */
const STEPS: readonly Step[] = [
  { column: 3, least: 20 },
  { column: 3, least: 0 },
  { column: 2, least: 0 },
  { column: 1, least: 8 },
  { column: 0, least: 24 },
];

/** The tags one a line, with their manifests where the result has them: digests are short where lines fit a screen. */
export function tagLines({ tags, manifests }: TagsResult, screen: Screen): Iterable<string> {
  if (manifests === undefined) return tags.map(printable);
  const columns: Column[] = [{}, { cut: 'end' }, screen.isTerminal ? { align: 'right' } : {}, {}];
  function* rows() {
    for (const entry of manifests ?? [])
      yield 'error' in entry
        ? [printable(entry.tag), '-']
        : [
            printable(entry.tag),
            screen.width === undefined ? entry.digest : digits(entry.digest),
            formatSize(entry.size),
            shortType(printable(entry.mediaType), screen.width),
          ];
  }
  return textLines({ columns, steps: STEPS }, rows, screen);
}

/** The notes below a list of tags. */
export function tagNotes({ reference, tags, hidden, limited, manifests = [] }: TagsResult): readonly string[] {
  return [
    ...(tags.length === 0 ? [`${reference} has no tags`] : []),
    ...manifests.flatMap((entry) => ('error' in entry ? [`no manifest for ${entry.tag}: ${entry.error.message}`] : [])),
    ...(limited ? [`not shown: tags beyond the limit of ${tags.length}`] : []),
    ...(hidden > 0 ? [`not shown: tags named after a digest (${hidden}); --all shows them`] : []),
  ];
}

/** The failures that are more than a tag which is gone, or whose manifest is. */
export function tagFailures({ manifests = [] }: TagsResult): readonly { readonly code: string }[] {
  return manifests.flatMap((entry) => ('error' in entry && entry.error.code !== 'NOT_FOUND' ? [entry.error] : []));
}
