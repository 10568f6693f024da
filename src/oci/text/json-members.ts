import { visit } from 'jsonc-parser';
import { RemoraError } from '../../errors.js';
import { quote } from './quote.js';

/** The place of a value in the text of a document. */
export interface JsonMember {
  readonly type: 'object' | 'array' | 'text' | 'other';
  readonly start: number;
  readonly end: number;
  /** The text itself, of a text value. */
  readonly text?: string;
}

/** The parser recurses. Real documents stay far below. */
const MAX_DEPTH = 500;

/**
 * The members of a JSON object, without their values: those of a document of hundreds of MB would take gigabytes.
 * The whole text is checked to be JSON.
 *
 * @returns undefined for a text that is not a JSON object
 * @throws RemoraError `MALFORMED` for a name that the object has twice: two tools could read it in two ways
 */
export function membersOf(text: string): ReadonlyMap<string, JsonMember> | undefined {
  const members = new Map<string, JsonMember>();
  let name: string | undefined;
  let depth = 0;
  let open: { readonly type: 'object' | 'array'; readonly start: number } | undefined;
  let isObject = false;
  let isBroken = false;
  const enter = (type: 'object' | 'array', start: number) => {
    if (depth >= MAX_DEPTH) throw new TooDeep();
    if (depth === 0) isObject = type === 'object';
    if (depth === 1) open = { type, start };
    depth += 1;
  };
  const leave = (offset: number, length: number) => {
    depth -= 1;
    if (depth === 1 && name !== undefined && open !== undefined) members.set(name, { ...open, end: offset + length });
  };
  try {
    visit(
      text,
      {
        onObjectBegin: (offset) => enter('object', offset),
        onArrayBegin: (offset) => enter('array', offset),
        onObjectEnd: leave,
        onArrayEnd: leave,
        onObjectProperty: (property) => {
          if (depth !== 1) return;
          if (members.has(property)) {
            throw new RemoraError('MALFORMED', `document has the name ${quote(property)} twice`, {
              expected: 'each name once',
            });
          }
          name = property;
        },
        onLiteralValue: (value: unknown, start, length) => {
          if (depth !== 1 || name === undefined) return;
          const place = { start, end: start + length };
          members.set(
            name,
            typeof value === 'string' ? { type: 'text', ...place, text: value } : { type: 'other', ...place },
          );
        },
        onError: () => {
          isBroken = true;
        },
      },
      { disallowComments: true },
    );
  } catch (error) {
    if (error instanceof TooDeep) return undefined;
    throw error;
  }
  return isObject && !isBroken ? members : undefined;
}

class TooDeep extends Error {}
