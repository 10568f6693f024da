import type { Digest } from '../../../oci/values/digest.js';
import { ageOf } from '../age.js';
import { digits, shortType } from '../fit.js';
import { type Column, gridLines, type Row, type Step } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { printable } from '../text.js';

/** An attachment as a list of what is removed, or stays, shows it. */
export interface ListedAttachment {
  readonly kind?: string | undefined;
  readonly artifactType?: string | undefined;
  readonly mediaType: string;
  readonly digest: Digest;
  /** The date as the attachment says it; undefined where the list has no dates. */
  readonly created?: string | undefined;
  /** Facts of the list itself, the most important first. */
  readonly facts: readonly string[];
}

/** Kind, type, digest, date or age, and two facts. */
const STEPS: readonly Step[] = [
  { column: 5, least: 0 },
  { column: 1, least: 20 },
  { column: 4, least: 16 },
  { column: 1, least: 9 },
  { column: 3, least: 0 },
  { column: 4, least: 0 },
  { column: 2, least: 8 },
];

/** Attachments of a list, a line each. */
export function attachmentLines(attachments: () => Iterable<ListedAttachment>, screen: TimedScreen): Generator<string> {
  const { width, isTerminal, now } = screen;
  const columns: Column[] = [{}, {}, { cut: 'end' }, isTerminal ? { align: 'right' } : {}, {}];
  function* rows(): Generator<Row> {
    for (const { kind, artifactType, mediaType, digest, created, facts } of attachments())
      yield {
        stem: '  ',
        cells: [
          { text: kind ?? '-' },
          { text: shortType(printable(artifactType ?? mediaType), width) },
          { text: width === undefined ? digest : digits(digest) },
          { text: (isTerminal ? ageOf(created, now) : '') || printable(created ?? '') },
          ...facts.map((text) => ({ text, style: 'dim' as const })),
        ],
      };
  }
  return gridLines({ columns, steps: STEPS }, rows, screen);
}
