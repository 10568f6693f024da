import { isEmpty } from '../../oci/values/empty.js';
import type { InspectResult } from '../../operations/inspect/schema.js';
import { describeClaimed } from './claimed.js';
import { columns, fields, formatSize, type Paint, printable } from './text.js';

/** The text for an artifact, image or index. */
export function renderInspection(result: InspectResult, paint: Paint): string {
  const { image } = result;
  const heading = (text: string) => paint('bold', text);
  const sections = [
    fields([
      ['Reference', result.reference],
      ['Kind', result.kind],
      ['Media type', result.mediaType],
      ['Artifact type', result.kind === 'image' ? undefined : printableOr(result.artifactType)],
      [
        'Size',
        `${formatSize(result.size)} manifest${result.totalSize === undefined ? '' : `, ${formatSize(result.totalSize)} content`}`,
      ],
      ['Subject', result.subject?.digest],
      [
        'Config',
        result.config &&
          (isEmpty(result.config)
            ? 'empty'
            : `${result.config.digest}  ${formatSize(result.config.size)}  ${printable(result.config.mediaType)}`),
      ],
      ['Platform', printableOr([image?.os, image?.architecture, image?.variant].filter((part) => part).join('/'))],
      ['Created', printableOr(image?.created)],
      ['Author', printableOr(image?.author)],
      ['User', printableOr(image?.config?.User)],
      ['Workdir', printableOr(image?.config?.WorkingDir)],
      ['Entrypoint', list(image?.config?.Entrypoint)],
      ['Command', list(image?.config?.Cmd)],
      ['Environment', list(image?.config?.Env)],
      ['Ports', list(image?.config?.ExposedPorts && Object.keys(image.config.ExposedPorts))],
    ]),
    section(heading('Annotations'), pairs(result.annotations)),
    section(heading('Labels'), pairs(image?.config?.Labels)),
    section(heading('Manifests'), manifests(result)),
    section(heading(result.kind === 'image' ? 'Layers' : 'Files'), layers(result)),
    section(heading('Signatures'), signatures(result)),
    section(heading('History'), history(result)),
    section(
      heading('Cannot be read'),
      (result.remarks ?? []).map((remark) => [printable(remark)]),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function section(heading: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${heading}:\n${columns(rows.map((row) => [` ${row[0] ?? ''}`, ...row.slice(1)]))}`;
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

function manifests({ manifests = [] }: InspectResult): string[][] {
  return manifests.map((entry) => [
    printable(entry.platform ?? '-'),
    entry.digest,
    formatSize(entry.size),
    printable(entry.annotations?.['vnd.docker.reference.type'] ?? (entry.artifactType || entry.mediaType)),
  ]);
}

function layers({ layers = [] }: InspectResult): string[][] {
  return layers.map((layer) => [
    printable(layer.title ?? '-'),
    layer.digest,
    formatSize(layer.size),
    printable(layer.mediaType),
  ]);
}

function signatures({ layers = [] }: InspectResult): string[][] {
  return layers.flatMap(({ digest, claimed }) => (claimed === undefined ? [] : [[digest, describeClaimed(claimed)]]));
}

function history({ image }: InspectResult): string[][] {
  return (image?.history ?? []).map((step) => [
    printable(step.created ?? '-'),
    step.empty_layer ? 'empty' : 'layer',
    printable((step.created_by ?? step.comment ?? '').replace(/\s+/g, ' ')).slice(0, 100),
  ]);
}
