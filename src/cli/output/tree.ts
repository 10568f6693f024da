import type { Cell, Row } from './grid.js';
import { type Paint, painter } from './text.js';

/** A place where lines are shown. */
export interface Screen {
  readonly paint: Paint;
  /** The columns that lines must fit; undefined where lines have any length, and digests all their digits. */
  readonly width: number | undefined;
  /** Whether a person looks at it now: ages instead of dates. */
  readonly isTerminal: boolean;
}

/** The columns of a terminal that does not tell them. */
const DEFAULT_WIDTH = 80;

/**
 * A terminal shows the first digits of digests, in lines that fit; other streams take all of them, as a terminal does
 * with `--no-trunc`.
 */
export function screenOf(stream: NodeJS.WriteStream, options: { readonly isWhole?: boolean } = {}): Screen {
  const isTerminal = stream.isTTY === true;
  const width = isTerminal && !options.isWhole ? stream.columns || DEFAULT_WIDTH : undefined;
  return { paint: painter(stream), width, isTerminal };
}

/** A line of a tree with the lines below it, made as they are printed. */
export interface Branch {
  /** The cells of its line, or the line in so many columns; undefined: any number. */
  readonly line: readonly Cell[] | ((room: number | undefined) => string);
  /** Lines that stand directly below. */
  details(room: number | undefined): readonly string[];
  readonly below: Branches;
}

export interface Branches {
  readonly count: number;
  each(): Iterable<Branch>;
}

export function branches<T>(items: readonly T[], branch: (item: T) => Branch): Branches {
  return {
    count: items.length,
    *each() {
      for (const item of items) yield branch(item);
    },
  };
}

export function joined(first: Branches, second: Branches): Branches {
  return {
    count: first.count + second.count,
    *each() {
      yield* first.each();
      yield* second.each();
    },
  };
}

/** The rows of a tree, for a grid. */
export function* treeRows({ count, each }: Branches, indent = ''): Generator<Row> {
  let index = 0;
  for (const { line, details, below } of each()) {
    const isLast = ++index === count;
    const deeper = `${indent}${isLast ? '   ' : '│  '}`;
    const stem = `${indent}${isLast ? '└─ ' : '├─ '}`;
    yield typeof line === 'function' ? { stem, lines: (room) => [line(room)] } : { stem, cells: line };
    yield { stem: `${deeper}${below.count > 0 ? '│ ' : '  '}`, lines: details };
    yield* treeRows(below, deeper);
  }
}
