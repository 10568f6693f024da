import { visit } from 'jsonc-parser';
import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { quote } from './quote.js';

/** It drops a byte order mark, which some tools of Windows write. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parsers and printers recurse and would run out of stack. Documents of the specifications stay far below. */
const MAX_DEPTH = 1000;

/**
 * Parses JSON as the image specification asks (considerations.md, "JSON"): UTF-8, no duplicate names.
 *
 * A document with two equal names in one object is refused. `JSON.parse` keeps the last and other parsers the first:
 * two tools could read two documents under one digest. Messages leave out the document, which may hold credentials.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new RemoraError('MALFORMED', `${what} is not UTF-8`, { cause, expected: 'UTF-8' });
  }
  return parseSimple(text) ?? parseStrictly(text, what);
}

/**
 * The value of a text that is JSON, is not nested too deeply, and has no name twice; else undefined. It takes a tenth of
 * the time of {@link parseStrictly}: a text without a name twice has as many colons as its value has members. Most
 * manifests are short and are printed from their value without a change, which proves as much.
 */
function parseSimple(text: string): unknown {
  const isShort = text.length <= 2 * MAX_DEPTH;
  const members = isShort ? undefined : membersIn(text);
  if (!isShort && members === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isShort && JSON.stringify(value) === text) return value;
    return membersOf(value) === (members ?? membersIn(text)) ? value : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** The number of colons outside of texts; undefined where the text is nested too deeply. */
function membersIn(text: string): number | undefined {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) at = endOfText(text, at);
    else if (unit === 0x3a) members++;
    else if (unit === 0x7b || unit === 0x5b) depth++;
    else if (unit === 0x7d || unit === 0x5d) depth--;
    if (depth > MAX_DEPTH) return undefined;
  }
  return members;
}

/** The place of the quote that ends a text: an even number of backslashes stands before it. */
function endOfText(text: string, start: number): number {
  for (let at = start; ; ) {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length;
    let first = at;
    while (text.charCodeAt(first - 1) === 0x5c) first--;
    if ((at - first) % 2 === 0) return at;
  }
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = values === value ? 0 : values.length;
  for (const one of values) members += membersOf(one);
  return members;
}

function parseStrictly(text: string, what: string): unknown {
  scan(text, what);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw notJson(text, what);
  }
}

/** Whether bytes start like the text of a JSON object: behind a byte order mark and white space. */
export function startsObject(start: Uint8Array): boolean {
  return /^(\xef\xbb\xbf)?\s*\{/.test(Buffer.from(start.subarray(0, 64)).toString('latin1'));
}

/** Walks through the text before a value is built from it: values nested too deeply take gigabytes of memory. */
function scan(text: string, what: string): void {
  const open: Set<string>[] = [];
  let depth = 0;
  const enter = () => {
    depth += 1;
    if (depth <= MAX_DEPTH) return;
    throw new RemoraError('MALFORMED', `${what} is nested more than ${MAX_DEPTH} levels deep`, { expected: MAX_DEPTH });
  };
  const leave = () => {
    depth -= 1;
  };
  visit(
    text,
    {
      onObjectBegin: () => {
        enter();
        open.push(new Set());
      },
      onObjectEnd: () => {
        leave();
        open.pop();
      },
      onArrayBegin: enter,
      onArrayEnd: leave,
      onObjectProperty: (name) => {
        const names = open.at(-1);
        if (names?.has(name)) {
          throw new RemoraError('MALFORMED', `${what} has the name ${quote(name)} twice in one object`, {
            expected: 'each name once',
          });
        }
        names?.add(name);
      },
      onError: (_code, offset, _length, line, column) => {
        throw notJson(text, what, { offset, line, column });
      },
    },
    { disallowComments: true },
  );
}

function notJson(
  text: string,
  what: string,
  at?: { readonly offset: number; readonly line: number; readonly column: number },
): RemoraError {
  const found = foundIn(text.trim(), at !== undefined && at.offset >= text.trimEnd().length);
  const where = at === undefined ? '' : ` (line ${at.line + 1}, column ${at.column + 1})`;
  return new RemoraError('MALFORMED', `${what} is not JSON: got ${found}${where}`, { expected: 'JSON', found });
}

function foundIn(text: string, cut: boolean): string {
  if (text === '') return 'nothing';
  if (text.startsWith('<')) return 'a web page or XML';
  return cut ? 'a document that ends too early' : 'other text';
}

/** A message for a schema, which shows the value: do not use it for fields that hold secrets. */
export function wanted(noun: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `wanted ${noun}, got ${show(input)}`;
}

/** An array whose first bad element ends the check: issues for millions of elements would fill the memory. */
export function listOf<T>(element: z.core.$ZodType<T>): z.ZodMiniType<readonly T[]> {
  return z.pipe(
    z.array(z.unknown()),
    z.transform((values, { issues }) => {
      const list: T[] = [];
      for (const [index, value] of values.entries()) {
        const result = z.safeParse(element, value, { error: plainMessage });
        if (!result.success) {
          const { path = [], message = '' } = result.error.issues[0] ?? {};
          issues.push({ code: 'custom', path: [index, ...path], message, input: value });
          return z.NEVER;
        }
        list.push(result.data);
      }
      return list;
    }),
  );
}

/**
 * Checks a parsed value against its grammar.
 *
 * @throws RemoraError `MALFORMED` with the path of the first offending field
 */
export function checkShape<T>(schema: z.core.$ZodType<T>, value: unknown, what: string): T {
  const result = z.safeParse(schema, value, { error: plainMessage });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${plainKey(String(key))}`)).join('');
  throw new RemoraError(
    'MALFORMED',
    `${what} is not well formed: ${path?.replace(/^\./, '') || 'document'}: ${issue?.message ?? 'unknown'}`,
    { cause: result.error },
  );
}

function plainKey(key: string): string {
  return /^[\w./$-]{1,100}$/.test(key) ? key : quote(key);
}

/** Shows a value only where a constant is wanted: documents with credentials are checked here too. */
function plainMessage(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') return `wanted ${withArticle(issue.expected)}, got ${kindOf(issue.input)}`;
  if (issue.code === 'invalid_value')
    return `wanted ${issue.values.map(String).join(' or ')}, got ${show(issue.input)}`;
  if (issue.code === 'unrecognized_keys') return `wanted no member ${issue.keys.map(quote).join(', ')}`;
  return `wanted another value, got ${kindOf(issue.input)}`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value);
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return withArticle(Array.isArray(value) ? 'array' : typeof value);
}

function withArticle(noun: string): string {
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}
