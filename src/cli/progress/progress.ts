import type { MultiBar, SingleBar } from 'cli-progress';
import type { Transfer } from '../../operations/transfer/transfer.js';
import { loadWidths } from '../output/width.js';
import { progressLine } from './line.js';
import { Speed } from './speed.js';

/** Smaller files get no bar. */
const SMALL = 1024 * 1024;

const VERBS = { upload: 'uploading', download: 'downloading', copy: 'copying' } as const;

/** Progress bars on a terminal: one per larger file in transfer, below one for the sum where it is known. */
export interface Progress {
  onProgress(transfer: Transfer): void;
  /** Sets the sum: the bytes of all transfers. */
  expect(what: string, bytes: number): void;
  /** Counts an object towards the sum, whether it was moved or existed. */
  onDone(name: string, bytes: number): void;
  stop(): void;
}

/** A line of the terminal. */
interface Row {
  readonly bar: SingleBar;
  readonly speed: Speed;
  name: string;
  verb: string;
  bytes: number;
  total: number | undefined;
}

/** Progress on a terminal; undefined for any other stream, since pipes, logs and dumb terminals get no bars. */
export async function createProgress(stream: NodeJS.WriteStream): Promise<Progress | undefined> {
  if (!stream.isTTY || process.env.TERM === 'dumb') return undefined;
  const { default: cliProgress } = await import('cli-progress');
  const now = () => performance.now();
  const rows = new Map<string, Row>();
  let multi: MultiBar | undefined;
  const format = (_options: unknown, _params: unknown, { key }: { readonly key: string }): string => {
    const row = rows.get(key);
    return row === undefined ? '' : progressLine({ ...row, speed: row.speed.perSecond(now()) }, stream.columns || 80);
  };
  const open = (): MultiBar => {
    const looks = { format, hideCursor: true, clearOnComplete: true, linewrap: false, fps: 8 };
    multi ??= new cliProgress.MultiBar({ stream, ...looks }, cliProgress.Presets.legacy);
    return multi;
  };
  const show = (key: string, { verb, name, bytes, total }: Omit<Row, 'bar' | 'speed'>, flow = bytes): void => {
    // Bars below the last row of the terminal cannot be drawn again.
    if (!rows.has(key) && rows.size >= (stream.rows || 24) - 1) return;
    const row = rows.get(key) ?? { bar: open().create(1, 0, { key }), speed: new Speed(), verb, name, bytes, total };
    if (!rows.has(key)) void loadWidths(name);
    rows.set(key, row);
    Object.assign(row, { verb, name, bytes, total });
    row.speed.tell(flow, now());
  };
  const hide = (key: string): void => {
    const row = rows.get(key);
    if (row === undefined) return;
    rows.delete(key);
    multi?.remove(row.bar);
  };
  const sum = { what: '', total: 0, bytes: 0, flow: 0, verb: 'copying', moved: new Map<string, number>() };
  const count = (name: string, bytes: number, isMoved: boolean): void => {
    const more = bytes - (sum.moved.get(name) ?? 0);
    sum.moved.set(name, bytes);
    sum.bytes += more;
    // Objects that were there already are not part of the speed.
    if (isMoved) sum.flow += Math.max(more, 0);
    if (sum.total >= SMALL) show('', { verb: sum.verb, name: sum.what, bytes: sum.bytes, total: sum.total }, sum.flow);
  };
  return {
    onProgress({ name, title = name, bytes, total, phase, direction = 'copy', isDone }) {
      const verb = phase === 'read' ? 'reading' : VERBS[direction];
      sum.verb = verb;
      count(name, bytes, true);
      if ((total ?? bytes) < SMALL) return;
      // Content that was read is moved next, under the same name.
      if (isDone || bytes === total) hide(name);
      else show(name, { verb, name: title, bytes, total });
    },
    expect(what, bytes) {
      Object.assign(sum, { what, total: bytes });
      count('', 0, false);
    },
    onDone(name, bytes) {
      count(name, bytes, false);
      hide(name);
    },
    stop() {
      multi?.stop();
      // Content that moves on after a note begins new bars.
      multi = undefined;
      rows.clear();
    },
  };
}
