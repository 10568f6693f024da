/** Below it a call is quick whatever it does: the collector of garbage takes no longer than this, seldom. */
const FLOOR_MS = 60;
const STEP = 4;
/** Four times the text takes four times as long in a straight walk, and sixteen times where all of it is looked at again. */
const MOST_GROWTH = 9;
const ROUNDS = 5;

/** Lengths that are tried, in characters: 64 kB is four times what a server can send in a header. */
const LENGTHS = [256, 1024, 4096, 16_384, 65_536];

/** Text that can make a parser slow: a beginning, a piece again and again, and an end. */
export interface Attack {
  readonly before: string;
  readonly piece: string;
  readonly after: string;
}

/** The text of an attack, `length` characters of pieces. */
export function attackText({ before, piece, after }: Attack, length: number): string {
  return before + piece.repeat(Math.ceil(length / piece.length)) + after;
}

/**
 * Calls a parser with longer and longer text. A walk is said by its growth and not by its time, as machines
 * differ; the shortest of several calls counts. A call that takes long ends the search, so that a cube does not take hours.
 *
 * @returns undefined where the time grows as the text does, else what was seen
 */
export function excess(parse: (text: string) => unknown, attack: Attack): string | undefined {
  for (const length of LENGTHS) {
    if (timeOf(parse, attackText(attack, length)) < FLOOR_MS) continue;
    const [short, long] = [length / STEP, length].map((each) => shortest(parse, attackText(attack, each)));
    if (short === undefined || long === undefined || long < FLOOR_MS) continue;
    const growth = long / Math.max(short, 0.01);
    if (growth > MOST_GROWTH)
      return `${JSON.stringify(attack)}: ${long.toFixed(0)} ms for ${length}, ${growth.toFixed(1)} times as long as for ${length / STEP}`;
    if (long > 2000) return `${JSON.stringify(attack)}: ${long.toFixed(0)} ms for ${length} characters`;
  }
  return undefined;
}

function shortest(parse: (text: string) => unknown, text: string): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && (round === 0 || least < 1000); round += 1)
    least = Math.min(least, timeOf(parse, text));
  return least;
}

/** Milliseconds of processor time of one call, which a busy machine does not change; an error of the parser is an answer. */
function timeOf(parse: (text: string) => unknown, text: string): number {
  const began = process.cpuUsage();
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) throw error;
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}
