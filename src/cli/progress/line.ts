import { digits, shorten } from '../output/fit.js';
import { formatSize, printable } from '../output/text.js';
import { padded } from '../output/width.js';

/** Content on its way. */
export interface Moving {
  /** `uploading`, `downloading`, `copying` or `reading`. */
  readonly verb: string;
  readonly name: string;
  readonly bytes: number;
  /** Bytes of the whole; undefined where they are not known. */
  readonly total: number | undefined;
  /** Bytes per second; undefined while too little has come to tell. */
  readonly speed: number | undefined;
}

const GAP = '  ';
const VERB = 'downloading'.length;
/** The columns that a name gets at least before other facts are shown, and at most. */
const LEAST_NAME = 16;
const MOST_NAME = 40;

/** The facts behind a name, the longest line first; each has the same columns at any time. */
const LAYOUTS: readonly ((moving: Moving) => readonly string[])[] = [
  (moving) => [barOf(moving, 20), percentOf(moving), amountOf(moving), speedOf(moving), leftOf(moving)],
  (moving) => [barOf(moving, 12), percentOf(moving), speedOf(moving), leftOf(moving)],
  (moving) => [percentOf(moving), speedOf(moving), leftOf(moving)],
  (moving) => [percentOf(moving), leftOf(moving)],
  (moving) => [percentOf(moving)],
];

/** Content on its way, in one line that is narrower than a terminal of so many columns. */
export function progressLine(moving: Moving, columns: number): string {
  // A character in the last column makes some terminals begin the next line.
  const room = Math.max(columns - 1, 1);
  const nameRoom = (facts: readonly string[]) => room - VERB - GAP.length * 2 - facts.join(GAP).length;
  const lines = LAYOUTS.map((layout) => layout(moving));
  const facts =
    lines.find((each) => nameRoom(each) >= LEAST_NAME) ?? lines.findLast((each) => nameRoom(each) > 2) ?? [];
  const width = Math.max(Math.min(nameRoom(facts), MOST_NAME), 0);
  const name = padded(shorten(nameOf(moving.name), width), width);
  return shorten([moving.verb.padEnd(VERB), name, ...facts].join(GAP), room).trimEnd();
}

/** A title as it is, and a digest by its first digits. */
function nameOf(name: string): string {
  return printable(/^[a-z0-9+._-]+:[0-9a-f]{32,}$/.test(name) ? digits(name) : name);
}

function shareOf({ bytes, total }: Moving): number | undefined {
  return total === undefined || total === 0 ? undefined : Math.min(bytes / total, 1);
}

function barOf(moving: Moving, length: number): string {
  const full = Math.floor((shareOf(moving) ?? 0) * length);
  return `[${'#'.repeat(full)}${'-'.repeat(length - full)}]`;
}

function percentOf(moving: Moving): string {
  const share = shareOf(moving);
  return (share === undefined ? '' : `${Math.floor(share * 100)}%`).padStart('100%'.length);
}

function amountOf({ bytes, total }: Moving): string {
  const amount = total === undefined ? formatSize(bytes) : `${formatSize(bytes)} of ${formatSize(total)}`;
  return amount.padStart('99.4 MB of 99.4 MB'.length);
}

function speedOf({ speed }: Moving): string {
  return (speed === undefined ? '' : `${formatSize(Math.round(speed))}/s`).padStart('99.4 MB/s'.length);
}

function leftOf({ bytes, total, speed }: Moving): string {
  const seconds = total === undefined || !speed ? undefined : Math.max(total - bytes, 0) / speed;
  return (seconds === undefined ? '' : `${timeOf(seconds)} left`).padEnd('59 min left'.length);
}

/** A time for people, rounded up: `3 s`, `12 min`, `5 h`, `2 d`. */
function timeOf(seconds: number): string {
  if (seconds <= 59) return `${Math.ceil(seconds)} s`;
  if (seconds <= 59 * 60) return `${Math.ceil(seconds / 60)} min`;
  return seconds <= 47 * 3600 ? `${Math.ceil(seconds / 3600)} h` : `${Math.min(Math.ceil(seconds / 86_400), 999)} d`;
}
