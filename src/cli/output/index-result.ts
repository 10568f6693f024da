import { Annotation } from '../../oci/values/annotations.js';
import type { IndexResult, IndexResultEntry } from '../../operations/index/schema.js';
import { columns, fields, formatSize, type Paint, printable } from './text.js';

/** The lines that tell of an index: its name, what changed, and its entries. */
export function indexText(result: IndexResult, verb: string, paint: Paint): string {
  const { dryRun, copied, moved } = result;
  const isSame = result.result === 'exists';
  const done = dryRun ? 'Would be' : isSame ? 'Index' : verb;
  const tags = result.tags.map((tag) => {
    const move = moved.find((one) => one.tag === tag);
    return move?.previous === undefined ? tag : `${tag} (was ${move.previous.slice(0, 19)}…)`;
  });
  const added = new Set(result.added.map(keyOf));
  const rows = [
    ...result.manifests.map((entry) => rowOf(entry, isSame || !added.has(keyOf(entry)) ? ' ' : '+')),
    ...result.removed.map((entry) => rowOf(entry, '-').map((cell) => paint('dim', cell))),
  ];
  return [
    fields([
      [done, `${result.reference}${isSame && !dryRun ? ' (was there already)' : ''}`],
      ['Tags', tags.length === 0 ? undefined : tags.join(', ')],
      ['Type', result.artifactType && printable(result.artifactType)],
      ['Subject', result.subject?.digest],
      ['Listed by', result.listedBy],
      ['Copied', copied && copied.objects > 0 ? `${copied.objects} objects, ${formatSize(copied.bytes)}` : undefined],
    ]),
    ...(rows.length === 0 ? [] : ['Members:', columns(rows)]),
  ].join('\n');
}

function rowOf({ platform, digest, size, artifactType, annotations }: IndexResultEntry, mark: string): string[] {
  const name = annotations?.[Annotation.title] ?? annotations?.[Annotation.refName] ?? '';
  return [
    `${mark} ${printable(platform ?? '-')}`,
    digest,
    formatSize(size),
    printable(artifactType ?? ''),
    printable(name),
  ];
}

function keyOf({ digest, platform }: IndexResultEntry): string {
  return `${digest} ${platform ?? ''}`;
}
