import { type Paint, painter } from './text.js';
import { loadWidths } from './width.js';

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
  /** The line in so many columns; undefined: any number. */
  text(room: number | undefined): string;
  /** Lines that stand directly below the text. */
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

/** The least columns that a text gets, however deep it stands. */
const MIN_ROOM = 24;

/** The lines of a tree. */
export function* draw({ count, each }: Branches, width?: number, indent = ''): Generator<string> {
  let index = 0;
  const room = width === undefined ? undefined : Math.max(width - indent.length - 4, MIN_ROOM);
  for (const { text, details, below } of each()) {
    const isLast = ++index === count;
    const deeper = `${indent}${isLast ? '    ' : '│   '}`;
    const stem = below.count > 0 ? '│ ' : '  ';
    yield `${indent}${isLast ? '└── ' : '├── '}${text(room)}`;
    for (const detail of details(room === undefined ? undefined : room - stem.length))
      yield `${deeper}${stem}${detail}`;
    yield* draw(below, width, deeper);
  }
}

/** A screen, and the time of ages. */
export interface TimedScreen extends Screen {
  readonly now: Date;
}

/** The screen for a result on a stream; `no-trunc` shows all of each text. */
export async function screenFor(
  result: object,
  stream: NodeJS.WriteStream,
  flags: { readonly 'no-trunc'?: boolean | undefined; readonly json?: boolean | undefined } = {},
): Promise<TimedScreen> {
  if (!flags.json) await loadWidths(result);
  return { ...screenOf(stream, { isWhole: flags['no-trunc'] === true }), now: new Date() };
}
