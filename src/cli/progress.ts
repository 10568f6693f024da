import type { MultiBar, SingleBar } from 'cli-progress';
import type { Transfer } from '../operations/pack.js';
import { formatSize, printable } from './text.js';

/** Files that move faster than this are not worth a bar. */
const SMALL = 1024 * 1024;

/** Progress bars on a terminal, one for each larger file that is under way. */
export interface Progress {
  onProgress(transfer: Transfer): void;
  stop(): void;
}

/** Gives undefined when `stream` is no terminal: pipes and logs get no bars. */
export async function createProgress(stream: NodeJS.WriteStream): Promise<Progress | undefined> {
  if (!stream.isTTY) return undefined;
  const { default: cliProgress } = await import('cli-progress');
  const bars = new Map<string, SingleBar>();
  let multi: MultiBar | undefined;
  const barFor = ({ name, total }: Transfer): SingleBar => {
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
    const bar = bars.get(name) ?? multi.create(total ?? 0, 0);
    bars.set(name, bar);
    return bar;
  };
  return {
    onProgress(transfer) {
      const { name, bytes, total, phase } = transfer;
      if ((total ?? bytes) < SMALL) return;
      barFor(transfer).update(bytes, {
        phase: phase === 'read' ? 'reading' : 'moving ',
        name: shorten(printable(name)),
        done: formatSize(bytes),
        all: total === undefined ? '?' : formatSize(total),
      });
    },
    stop: () => multi?.stop(),
  };
}

function shorten(name: string): string {
  return name.length > 30 ? `…${name.slice(-29)}` : name.padEnd(30);
}
