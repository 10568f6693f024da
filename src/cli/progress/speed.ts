/** Milliseconds that count for the speed, between two samples, and before there is a speed. */
const WINDOW = 5000;
const SAMPLE = 200;
const FIRST = 1000;

/** How fast bytes came in the last seconds. */
export class Speed {
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  #bytes = 0;

  /** @param now milliseconds since some moment */
  tell(bytes: number, now: number): void {
    // The transfer has started again.
    if (bytes < this.#bytes) this.#samples.length = 0;
    this.#bytes = bytes;
    const last = this.#samples.at(-1);
    if (last === undefined || now - last.at >= SAMPLE) this.#samples.push({ at: now, bytes });
  }

  /** Bytes per second; undefined in the first second. */
  perSecond(now: number): number | undefined {
    while (this.#samples.length > 1 && now - (this.#samples[1]?.at ?? now) >= WINDOW) this.#samples.shift();
    const [first] = this.#samples;
    if (first === undefined || now - first.at < FIRST) return undefined;
    return ((this.#bytes - first.bytes) * 1000) / (now - first.at);
  }
}
