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
