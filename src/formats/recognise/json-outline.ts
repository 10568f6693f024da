import { visit } from 'jsonc-parser';

/** A JSON value without its deep parts. Objects are maps, so that no name of a hostile document means anything. */
export type JsonNode = string | number | boolean | null | JsonNode[] | Map<string, JsonNode>;

/** An outline of a JSON document whose end may be missing. */
export interface JsonOutline {
  readonly root: Map<string, JsonNode>;
  /** True when the document goes on behind what was read. */
  readonly cut: boolean;
  /** The text value in which it was cut, if it was: the names that lead there, and the part that was read. */
  readonly unfinished?: { readonly path: string; readonly text: string };
}

/** Deeper values are read over: dates stand six levels down in provenance, all that tells a format stands above. */
const KEPT_DEPTH = 8;
/** More members than any document has where its format is told; they bound the memory. */
const KEPT_MEMBERS = 256;
/** The parser recurses; real documents stay far below. */
const MAX_DEPTH = 500;

interface Frame {
  readonly into: JsonNode[] | Map<string, JsonNode> | undefined;
  key: string | undefined;
}

/**
 * Reads an object in JSON, whole or cut anywhere. Of equal names the first one counts.
 *
 * @returns undefined for anything else, and for a document that is broken before its end
 */
export function outlineJson(text: string, complete: boolean): JsonOutline | undefined {
  const frames: Frame[] = [];
  let root: JsonNode | undefined;
  let cut = false;
  let cutAt = -1;
  let unfinished: JsonOutline['unfinished'];

  const put = (value: JsonNode): boolean => {
    const frame = frames.at(-1);
    if (frame === undefined) root ??= value;
    else if (frame.into instanceof Map) {
      if (frame.key === undefined || frame.into.has(frame.key) || frame.into.size >= KEPT_MEMBERS) return false;
      frame.into.set(frame.key, value);
    } else {
      if (frame.into === undefined || frame.into.length >= KEPT_MEMBERS) return false;
      frame.into.push(value);
    }
    return true;
  };
  const enter = (value: JsonNode[] | Map<string, JsonNode>) => {
    if (frames.length >= MAX_DEPTH) throw new Unreadable();
    const kept = frames.length < KEPT_DEPTH && put(value);
    frames.push({ into: kept ? value : undefined, key: undefined });
  };
  const leave = () => {
    frames.pop();
  };

  try {
    visit(
      text,
      {
        onObjectBegin: () => enter(new Map()),
        onArrayBegin: () => enter([]),
        onObjectEnd: leave,
        onArrayEnd: leave,
        onObjectProperty: (name) => {
          const frame = frames.at(-1);
          if (frame !== undefined) frame.key = name;
        },
        onLiteralValue: (literal: unknown, offset, length) => {
          const value = scalar(literal);
          // A text that is cut has just been reported as an error at its place; a number may go on behind the end.
          const partial =
            offset === cutAt || (!complete && typeof value === 'number' && offset + length >= text.length);
          if (!partial) put(value);
          else if (typeof value === 'string') {
            unfinished = { path: frames.map(({ key }) => key ?? '').join('/'), text: value };
          }
        },
        onError: (_code, offset, length) => {
          if (complete || offset + length < text.length) throw new Unreadable();
          cut = true;
          cutAt = offset;
        },
      },
      { disallowComments: true },
    );
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
  if (!(root instanceof Map)) return undefined;
  return { root, cut, ...(unfinished === undefined ? {} : { unfinished }) };
}

/** Ends a walk from inside; never leaves this file. */
class Unreadable extends Error {}

function scalar(value: unknown): JsonNode {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
