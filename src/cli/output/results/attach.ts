import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { AttachEachDryRunResult, AttachEachResult, AttachResult } from '../../../operations/attach/schema.js';
import { digits } from '../fit.js';
import { fieldText, type Step, textLines } from '../grid.js';
import type { Screen } from '../screen.js';
import { printable } from '../text.js';

const TITLE = 'org.opencontainers.image.title';

/** Platform, digest and files. */
const STEPS: readonly Step[] = [
  { column: 2, least: 16 },
  { column: 1, least: 8 },
  { column: 2, least: 8 },
];

function shownDigest(digest: string | undefined, { width }: Screen): string {
  return digest === undefined ? '-' : width === undefined ? digest : digits(digest);
}

/** The attachments to several subjects, a line for each. */
export function renderEach(result: AttachEachResult | AttachEachDryRunResult, screen: Screen): string {
  const titles = (layers: readonly Descriptor[]) =>
    layers.map(({ digest, annotations }) => annotations?.[TITLE] ?? digest);
  const isSigned = result.attachments.some((each) => 'signature' in each);
  const rows = result.attachments.map((each) => [
    printable(each.platform ?? '-'),
    screen.width === undefined ? ('reference' in each ? each.reference : each.digest) : digits(each.digest),
    printable(titles(each.layers).join(', ')),
    ...(isSigned ? [shownDigest('signature' in each ? each.signature?.digest : undefined, screen)] : []),
    'result' in each && each.result === 'exists' ? 'was there already' : '',
  ]);
  const heading = ['PLATFORM', 'ATTACHED', 'FILES', ...(isSigned ? ['SIGNATURE'] : [])];
  return [
    fieldText([['dryRun' in result ? 'Would attach to' : 'Attached to', result.reference]], screen),
    ...textLines({ columns: [{}, { cut: 'end' }], steps: STEPS }, () => [heading, ...rows], screen),
  ].join('\n');
}

/** Other attachments that a note names. */
const MAX_SAME = 3;

const AS_BEFORE =
  'the same name, types and annotations as then would change nothing; detach --digest removes the one that is too much';

/** The notes on files that are attached already under another name or type, one a file, and the next step. */
export function sameNotes({ sameContent = [] }: Pick<AttachResult, 'sameContent'>): readonly string[] {
  const notes = [...new Set(sameContent.map(({ layer }) => layer))].map((layer) => {
    const others = sameContent.filter((same) => same.layer === layer);
    const shown = others.slice(0, MAX_SAME).map(({ reference, artifactType, title }) => {
      const as = [title, artifactType].filter((part) => part !== undefined).join(', ');
      return as === '' ? reference : `${reference} (${as})`;
    });
    const more = others.length > MAX_SAME ? [`${others.length - MAX_SAME} more`] : [];
    return `the content of ${others[0]?.name ?? layer} is attached already: ${[...shown, ...more].join(', ')}`;
  });
  return notes.length === 0 ? [] : [...notes, AS_BEFORE];
}

/** The notes on entries that got nothing. */
export function eachNotes(result: AttachEachResult | AttachEachDryRunResult): readonly string[] {
  const { withoutPlatform = [], attachments } = result;
  return [
    ...withoutPlatform.map(({ reference }) => `${reference} names no platform: nothing is attached to it`),
    ...attachments.flatMap((each) => ('sameContent' in each ? sameNotes(each) : [])),
  ];
}
