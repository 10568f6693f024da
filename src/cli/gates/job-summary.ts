import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { isRemoraError } from '../../errors.js';
import { kindOf, notRegular, OPEN_FLAGS } from '../../io/files/regular-file.js';
import { fileError, unlessMissing } from '../../io/files/system-error.js';
import { redact } from '../../io/redact.js';
import { printable } from '../output/text.js';
import type { Gate, SummaryTable } from './gate.js';

/** Bytes of the summary of one step; GitHub refuses a longer one as a whole. */
const MAX_BYTES = 1024 * 1024;
/** Rows of a table. */
const MAX_ROWS = 500;
/** Characters of a cell. */
const MAX_CELL = 300;

/**
 * Appends a gate to the file that `GITHUB_STEP_SUMMARY` names, as Markdown.
 *
 * @returns the reason why it was not appended
 */
export async function appendSummary(path: string, title: string, gate: Gate): Promise<string | undefined> {
  try {
    return await append(path, (rows) => summaryOf(title, gate, rows));
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return `no job summary was written: ${error.message}`;
  }
}

/** @throws RemoraError `IO`, and as {@link fileError} */
async function append(path: string, textOf: (rows: number) => string): Promise<string | undefined> {
  const info = await unlessMissing(stat(path), path);
  if (info !== undefined && !info.isFile()) throw notRegular(path, kindOf(info));
  const room = MAX_BYTES - (info?.size ?? 0);
  let rows = MAX_ROWS;
  while (rows > 0 && Buffer.byteLength(textOf(rows)) > room) rows = Math.floor(rows / 2);
  const text = textOf(rows);
  if (Buffer.byteLength(text) > room) return 'no job summary was written: the file has no room below 1 MiB';
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | OPEN_FLAGS);
    await file.appendFile(text).finally(() => file.close());
    return undefined;
  } catch (error) {
    throw fileError(error, path);
  }
}

/** A gate as Markdown, with so many rows of each table at most. */
export function summaryOf(title: string, { subject, lacks, tables }: Gate, rows = MAX_ROWS): string {
  const passes = lacks.length === 0;
  const shown = (tables?.() ?? []).filter((table) => table.rows.length > 0);
  // Tables say the same, with what is there beside it.
  const reasons = shown.length > 0 ? [] : listOf(lacks, rows);
  const head = `### ${passes ? '✅' : '❌'} ${markdown(title)}`;
  return [
    head,
    `<code>${markdown(subject)}</code>`,
    ...reasons,
    ...shown.map((table) => tableOf(table, rows)),
    '',
  ].join('\n\n');
}

function listOf(lacks: readonly string[], most: number): readonly string[] {
  const more = lacks.length > most ? [`- … ${lacks.length - most} more`] : [];
  return lacks.length === 0 ? [] : [[...lacks.slice(0, most).map((line) => `- ${markdown(line)}`), ...more].join('\n')];
}

function tableOf({ heading, rows }: SummaryTable, most: number): string {
  const line = (cells: readonly string[]) => `| ${cells.map(markdown).join(' | ')} |`;
  const more = rows.length > most ? [line([`… ${rows.length - most} more`, ...heading.slice(1).map(() => '')])] : [];
  return [line(heading), `|${heading.map(() => ' --- |').join('')}`, ...rows.slice(0, most).map(line), ...more].join(
    '\n',
  );
}

/** Text from anywhere as Markdown that shows it: every sign that could be markup is a character reference. */
function markdown(text: string): string {
  const clean = redact(text);
  const cut = clean.length > MAX_CELL ? `${clean.slice(0, MAX_CELL)}…` : clean;
  return printable(cut).replace(/[!-,.:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`);
}
