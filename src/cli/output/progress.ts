import type { MultiBar, SingleBar } from 'cli-progress';
import type { Transfer } from '../../operations/pack/plan.js';
import { formatSize, printable } from './text.js';

/** Smaller files get no bar. */
const SMALL = 1024 * 1024;

/** Progress bars on a terminal: one per larger file in transfer, below one for the sum where it is known. */
export interface Progress {
  onProgress(transfer: Transfer): void;
  /** Sets the sum: the bytes of all transfers. */
  expect(what: string, bytes: number): void;
  /** Counts an object towards the sum, whether it was moved or existed. */
  onDone(name: string, bytes: number): void;
  stop(): void;
}

/** Progress on a terminal; undefined for any other stream, since pipes and logs get no bars. */
export async function createProgress(stream: NodeJS.WriteStream): Promise<Progress | undefined> {
  if (!stream.isTTY) return undefined;
  const { default: cliProgress } = await import('cli-progress');
  const bars = new Map<string, SingleBar>();
  let multi: MultiBar | undefined;
  const moved = new Map<string, number>();
  let sum = { what: '', bytes: 0 };
  const open = (): MultiBar => {
    multi ??= new cliProgress.MultiBar(
      {
        stream,
        format: '{phase} {name} [{bar}] {percentage}%  {done} of {all}',
        barCompleteChar: '#',
        barIncompleteChar: '-',
        barsize: 24,
        hideCursor: true,
        clearOnComplete: true,
        fps: 8,
      },
      cliProgress.Presets.legacy,
    );
    return multi;
  };
  const show = (key: string, { name, bytes, total, phase }: Transfer) => {
    const bar = bars.get(key) ?? open().create(total ?? 0, 0);
    bars.set(key, bar);
    bar.update(bytes, {
      phase: phase === 'read' ? 'reading' : 'moving ',
      name: shorten(printable(name)),
      done: formatSize(bytes),
      all: total === undefined ? '?' : formatSize(total),
    });
  };
  const showSum = (name: string, bytes: number) => {
    moved.set(name, bytes);
    if (sum.bytes < SMALL) return;
    const done = [...moved.values()].reduce((all, one) => all + one, 0);
    show('', { name: sum.what, bytes: done, total: sum.bytes, phase: 'move' });
  };
  return {
    onProgress(transfer) {
      const { name, bytes, total } = transfer;
      showSum(name, bytes);
      if ((total ?? bytes) >= SMALL) show(name, transfer);
    },
    expect(what, bytes) {
      sum = { what, bytes };
      showSum('', 0);
    },
    onDone(name, bytes) {
      showSum(name, bytes);
      const bar = bars.get(name);
      if (bar === undefined || sum.bytes === 0) return;
      multi?.remove(bar);
      bars.delete(name);
    },
    stop: () => multi?.stop(),
  };
}

function shorten(name: string): string {
  return name.length > 30 ? `…${name.slice(-29)}` : name.padEnd(30);
}
