import type { Descriptor } from '../../oci/values/descriptor.js';
import type { AttachEachDryRunResult, AttachEachResult } from '../../operations/attach/schema.js';
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

/** The notes on entries that got nothing. */
export function eachNotes({ withoutPlatform = [] }: AttachEachResult | AttachEachDryRunResult): readonly string[] {
  return withoutPlatform.map(({ reference }) => `${reference} names no platform: nothing is attached to it`);
}
