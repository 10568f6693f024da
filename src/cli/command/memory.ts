import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Bytes of the heap that few commands have. */
const MUCH = 96 * 1024 * 1024;
const LOOK_MS = 250;

/**
 * Collects garbage earlier, once a command has much in memory: V8 lets a heap grow to several times of what is alive in it,
 * and a walk through 100,000 attachments would take twice its memory.
 *
 * @returns ends the watch
 */
export function watchMemory(): () => void {
  let isSparing = false;
  const timer = setInterval(() => {
    if (isSparing || getHeapStatistics().used_heap_size < MUCH) return;
    isSparing = true;
    setFlagsFromString('--heap-growing-percent=10');
  }, LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    // Compiled code is kept for the flags that it was compiled with.
    if (isSparing) setFlagsFromString('--heap-growing-percent=0');
  };
}
