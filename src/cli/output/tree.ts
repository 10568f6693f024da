import type { Cell, Row } from './grid.js';

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
