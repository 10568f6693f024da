import type { Part, Preview } from '../../../src/views/preview/model/preview.js';
import { type PreviewFacts, preview } from '../../../src/views/preview/preview.js';

/** The preview of a document of JSON. */
export function previewJson(value: unknown, facts: Partial<PreviewFacts> = {}): Promise<Preview> {
  return previewText(JSON.stringify(value), facts);
}

export function previewText(text: string, facts: Partial<PreviewFacts> = {}): Promise<Preview> {
  return preview(Buffer.from(text), { isWhole: true, ...facts });
}

/** The parts of a preview and of all previews within. */
export function allParts({ parts }: Preview): readonly Part[] {
  return parts.flatMap((part) => (part.type === 'inner' ? [part, ...allParts(part.preview)] : [part]));
}

/** A table as lines, the first of which names the columns; details stand in parentheses. */
export function tableIn(preview: Preview, title?: string): readonly string[] {
  const tables = allParts(preview).flatMap((part) => (part.type === 'table' ? [part] : []));
  const table = tables.find((one) => title === undefined || one.title === title);
  if (table === undefined) return [];
  const rows = table.rows.map((row) =>
    row.map(({ text, detail }) => (detail === undefined ? text : `${text} (${detail})`)).join(' | '),
  );
  return [table.columns.map(({ name }) => name).join(' | '), ...rows];
}

/** Names and values of all facts, one a line. */
export function factsIn(preview: Preview): readonly string[] {
  return allParts(preview).flatMap((part) =>
    part.type === 'facts' ? part.facts.map(({ name, value }) => `${name}: ${value}`) : [],
  );
}
