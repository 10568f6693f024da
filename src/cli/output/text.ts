import { styleText } from 'node:util';
import { unicodeEscapes } from '../../oci/text/quote.js';
import { padded, widthOf } from './width.js';

export { formatSize } from '../../oci/text/size.js';

/** Escapes the control characters of foreign text, so that a terminal does not act on them. */
export function printable(text: string): string {
  // Plain text needs no look at the classes of its characters.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, unicodeEscapes);
}

/** JSON as it is printed: the same document, without characters that act on a terminal. */
export function jsonText(value: unknown): string {
  return harmlessJson(JSON.stringify(value, null, 2));
}

/** The same text in pieces, so that a long list is never held as one string. */
export function* jsonPieces(value: object): Iterable<string> {
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  if (Array.isArray(value) || fields.length === 0) return yield jsonText(value);
  const indented = (part: unknown, indent: string) => jsonText(part).replaceAll('\n', `\n${indent}`);
  for (const [index, [name, field]] of fields.entries()) {
    yield `${index === 0 ? '{' : ','}\n  ${jsonText(name)}: `;
    if (!Array.isArray(field) || field.length === 0) yield indented(field, '  ');
    else {
      for (const [at, one] of field.entries()) yield `${at === 0 ? '[' : ','}\n    ${indented(one ?? null, '    ')}`;
      yield '\n  ]';
    }
  }
  yield '\n}';
}

/** Escapes in JSON the characters that act on a terminal, and `##[`, which acts on the log of a job in GitHub Actions. */
export function harmlessJson(json: string): string {
  // JSON allows DEL, C1 controls and characters that turn the direction of writing.
  return json.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}|#(?=#\[)/gu, unicodeEscapes);
}

/** Columns, padded to the widest cell, without white space at the ends. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string {
  return [...columnLines(() => rows, gap)].join('\n');
}

/** The same line by line; the rows are asked for twice, so that none need be held. */
export function* columnLines(rows: () => Iterable<readonly string[]>, gap = '  '): Generator<string> {
  const widths: number[] = [];
  for (const row of rows())
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  for (const row of rows())
    yield row
      .map((cell, index) => padded(cell, widths[index] ?? 0))
      .join(gap)
      .trimEnd();
}

/** Name and value pairs, one per line; pairs without a value are left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[]): string {
  return columns(pairs.flatMap(([name, value]) => (value === undefined ? [] : [[`${name}:`, value]])));
}

type Style = Parameters<typeof styleText>[0];

/** Puts a style around text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/**
 * Colour for a stream that is a terminal, unless `NO_COLOR`, `CLICOLOR=0` or `TERM=dumb` is set; for any stream with
 * `FORCE_COLOR` or `CLICOLOR_FORCE`, which count first, as in Node.js.
 */
export function painter(stream: Pick<NodeJS.WriteStream, 'isTTY'>, env: NodeJS.ProcessEnv = process.env): Paint {
  const on = isForced(env) ?? (stream.isTTY === true && !env.NO_COLOR && env.CLICOLOR !== '0' && env.TERM !== 'dumb');
  return (style, text) => (on ? styleText(style, text, { validateStream: false }) : text);
}

/** Whether colour is forced, true, or forbidden, false. */
function isForced({ FORCE_COLOR, CLICOLOR_FORCE }: NodeJS.ProcessEnv): boolean | undefined {
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return CLICOLOR_FORCE && CLICOLOR_FORCE !== '0' ? true : undefined;
}
