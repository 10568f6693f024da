import type { Descriptor } from '../../../oci/values/descriptor.js';
import { isEmpty } from '../../../oci/values/empty.js';
import type { InspectResult } from '../../../operations/inspect/schema.js';
import { ageOf } from '../age.js';
import { describeClaimed } from '../claimed.js';
import { digits, type Part, shortType } from '../fit.js';
import { type Column, fieldText, type Step, textLines } from '../grid.js';
import type { TimedScreen } from '../screen.js';
import { formatSize, printable } from '../text.js';

/** Name, digest, size and type; digests are left in full where lines have any length. */
const CONTENT: readonly Column[] = [{}, { cut: 'end' }, {}, {}];
const ALIGNED: readonly Column[] = [{}, { cut: 'end' }, { align: 'right' }, {}];
const CONTENT_STEPS: readonly Step[] = [
  { column: 3, least: 20 },
  { column: 0, least: 24 },
  { column: 3, least: 12 },
  { column: 0, least: 12 },
  { column: 3, least: 0 },
  { column: 2, least: 0 },
  { column: 1, least: 8 },
];

/** Two texts of which the second one gives way first. */
const PAIR_STEPS: readonly Step[] = [
  { column: 1, least: 24 },
  { column: 0, least: 16 },
  { column: 1, least: 8 },
];

/** Age, kind and command of a step. */
const HISTORY_STEPS: readonly Step[] = [
  { column: 2, least: 24 },
  { column: 0, least: 10 },
];

type Section = readonly (readonly string[])[];

/** The text for an artifact, image or index. */
export function renderInspection(result: InspectResult, screen: TimedScreen): string {
  const { image } = result;
  const section = (
    name: string,
    rows: Section,
    steps: readonly Step[] = PAIR_STEPS,
    columns: readonly Column[] = [],
  ) =>
    rows.length === 0
      ? ''
      : [`${screen.paint('bold', name)}:`, ...textLines({ columns, steps }, () => rows, screen, '  ')].join('\n');
  const content = screen.isTerminal ? ALIGNED : CONTENT;
  const sections = [
    fieldText(
      [
        ['Reference', result.reference],
        ['Kind', result.kind],
        ['Media type', result.mediaType],
        ['Artifact type', result.kind === 'image' ? undefined : printableOr(result.artifactType)],
        [
          'Size',
          `${formatSize(result.size)} manifest${result.totalSize === undefined ? '' : `, ${formatSize(result.totalSize)} content`}`,
        ],
        ['Subject', result.subject?.digest],
        ['Config', result.config && (isEmpty(result.config) ? 'empty' : configParts(result.config, screen))],
        ['Platform', printableOr([image?.os, image?.architecture, image?.variant].filter((part) => part).join('/'))],
        ['Created', createdAt(image?.created, screen)],
        ['Author', printableOr(image?.author)],
        ['User', printableOr(image?.config?.User)],
        ['Workdir', printableOr(image?.config?.WorkingDir)],
        ['Entrypoint', list(image?.config?.Entrypoint)],
        ['Command', list(image?.config?.Cmd)],
        ['Environment', list(image?.config?.Env)],
        ['Ports', list(image?.config?.ExposedPorts && Object.keys(image.config.ExposedPorts))],
      ],
      screen,
    ),
    section('Annotations', pairs(result.annotations)),
    section('Labels', pairs(image?.config?.Labels)),
    section('Manifests', manifests(result, screen), CONTENT_STEPS, content),
    section(result.kind === 'image' ? 'Layers' : 'Files', layers(result, screen), CONTENT_STEPS, content),
    section('Signatures', signatures(result, screen)),
    section('History', history(result, screen), HISTORY_STEPS),
    section(
      'Cannot be read',
      (result.remarks ?? []).map((remark) => [printable(remark)]),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function configParts({ digest, size, mediaType }: Descriptor, screen: TimedScreen): readonly Part[] {
  const type = shortType(printable(mediaType), screen.width);
  return [{ text: shownDigest(digest, screen) }, { text: formatSize(size) }, { text: type, least: 8 }];
}

function shownDigest(digest: string, { width }: TimedScreen): string {
  return width === undefined ? digest : digits(digest);
}

/** A date, and on a terminal its age. */
function createdAt(date: string | null | undefined, { isTerminal, now }: TimedScreen): string | undefined {
  const age = isTerminal && date ? ageOf(date, now) : '';
  return date ? `${printable(date)}${age === '' ? '' : ` (${age})`}` : undefined;
}

function printableOr(text: string | null | undefined): string | undefined {
  return text ? printable(text) : undefined;
}

function list(words: readonly string[] | null | undefined): string | undefined {
  return words && words.length > 0 ? printable(JSON.stringify(words)) : undefined;
}

function pairs(map: Readonly<Record<string, string>> | null | undefined): string[][] {
  return Object.entries(map ?? {}).map(([key, value]) => [printable(key), printable(value)]);
}

function manifests({ manifests = [] }: InspectResult, screen: TimedScreen): string[][] {
  return manifests.map((entry) => [
    printable(entry.platform ?? '-'),
    shownDigest(entry.digest, screen),
    formatSize(entry.size),
    shortType(
      printable(entry.annotations?.['vnd.docker.reference.type'] ?? (entry.artifactType || entry.mediaType)),
      screen.width,
    ),
  ]);
}

function layers({ layers = [] }: InspectResult, screen: TimedScreen): string[][] {
  return layers.map((layer) => [
    printable(layer.title ?? '-'),
    shownDigest(layer.digest, screen),
    formatSize(layer.size),
    shortType(printable(layer.mediaType), screen.width),
  ]);
}

function signatures({ layers = [] }: InspectResult, screen: TimedScreen): string[][] {
  return layers.flatMap(({ digest, claimed }) =>
    claimed === undefined ? [] : [[shownDigest(digest, screen), describeClaimed(claimed)]],
  );
}

function history({ image }: InspectResult, { isTerminal, now }: TimedScreen): string[][] {
  return (image?.history ?? []).map((step) => [
    (isTerminal && step.created ? ageOf(step.created, now) : '') || printable(step.created ?? '-'),
    step.empty_layer ? 'empty' : 'layer',
    printable((step.created_by ?? step.comment ?? '').replace(/\s+/g, ' ').trim()),
  ]);
}
