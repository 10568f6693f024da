import type { Descriptor } from '../../oci/values/descriptor.js';
import type { AttachEachDryRunResult, AttachEachResult, AttachResult } from '../../operations/attach/schema.js';
import { columns, fields, printable } from './text.js';

const TITLE = 'org.opencontainers.image.title';

/** The attachments to several subjects, a line for each. */
export function renderEach(result: AttachEachResult | AttachEachDryRunResult): string {
  const titles = (layers: readonly Descriptor[]) =>
    layers.map(({ digest, annotations }) => annotations?.[TITLE] ?? digest);
  const isSigned = result.attachments.some((each) => 'signature' in each);
  const rows = result.attachments.map((each) => [
    printable(each.platform ?? '-'),
    'reference' in each ? each.reference : each.digest,
    printable(titles(each.layers).join(', ')),
    ...(isSigned ? ['signature' in each ? (each.signature?.digest ?? '-') : '-'] : []),
    'result' in each && each.result === 'exists' ? 'was there already' : '',
  ]);
  return [
    fields([['dryRun' in result ? 'Would attach to' : 'Attached to', result.reference]]),
    columns([['PLATFORM', 'ATTACHED', 'FILES', ...(isSigned ? ['SIGNATURE'] : [])], ...rows]),
  ].join('\n');
}

/** The notes on files that are attached already under another name or type. */
export function sameNotes({ sameContent = [] }: Pick<AttachResult, 'sameContent'>): readonly string[] {
  return sameContent.map(({ reference, artifactType, title, layer, name }) => {
    const as = [title, artifactType].filter((part) => part !== undefined).join(', ');
    return `the content of ${name ?? layer} is attached already: ${reference}${as === '' ? '' : ` (${as})`}`;
  });
}

/** The notes on entries that got nothing. */
export function eachNotes(result: AttachEachResult | AttachEachDryRunResult): readonly string[] {
  const { withoutPlatform = [], attachments } = result;
  return [
    ...withoutPlatform.map(({ reference }) => `${reference} names no platform: nothing is attached to it`),
    ...attachments.flatMap((each) => ('sameContent' in each ? sameNotes(each) : [])),
  ];
}
