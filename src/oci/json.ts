import { visit } from 'jsonc-parser';
import type { z } from 'zod';
import { RemoraError } from '../errors.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses JSON as the image specification asks (considerations.md, "JSON"): UTF-8, no duplicate names.
 *
 * `JSON.parse` keeps the last of two equal names and other parsers the first, so that two tools could read two
 * different documents under one digest; such a document is refused.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseJson(bytes: Uint8Array, what: string): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (cause) {
    throw new RemoraError('MALFORMED', `${what} is not UTF-8`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === '' ? 'nothing' : text.trim().startsWith('<') ? 'a web page or XML' : 'other text';
    throw new RemoraError('MALFORMED', `${what} is not JSON: ${cause instanceof Error ? cause.message : found}`, {
      cause,
      expected: 'JSON',
      found,
    });
  }
  refuseDuplicateNames(text, what);
  return value;
}

function refuseDuplicateNames(text: string, what: string): void {
  const open: Set<string>[] = [];
  try {
    visit(text, {
      onObjectBegin: () => void open.push(new Set()),
      onObjectEnd: () => void open.pop(),
      onObjectProperty: (name) => {
        const names = open.at(-1);
        if (names?.has(name)) {
          throw new RemoraError('MALFORMED', `${what} has the name ${JSON.stringify(name)} twice in one object`);
        }
        names?.add(name);
      },
    });
  } catch (cause) {
    // The visitor recurses: what JSON.parse still reads can be nested too deeply for it.
    if (cause instanceof RangeError) throw new RemoraError('MALFORMED', `${what} is nested too deeply`, { cause });
    throw cause;
  }
}

/**
 * Checks a parsed value against its grammar.
 *
 * @throws RemoraError `MALFORMED` with the path of the first offending field
 */
export function checkShape<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('') ?? '';
  throw new RemoraError(
    'MALFORMED',
    `${what} is not well formed: ${path.replace(/^\./, '') || 'document'}: ${issue?.message ?? 'unknown'}`,
    {
      cause: result.error,
    },
  );
}
