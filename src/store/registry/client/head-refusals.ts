/** The contents that HEAD asks for: a storage behind the registry can refuse it for blobs alone. */
export type HeadKind = 'manifests' | 'blobs';

/** Statuses that say that HEAD is not known at all. */
const UNKNOWN_METHOD: readonly number[] = [405, 501];
/** Other failures in a row after which HEAD is not asked any more. */
const FAILURES = 3;

/** Knows where a repository refuses HEAD, so that it is not asked hundreds of times. */
export class HeadRefusals {
  readonly #failures = new Map<HeadKind, number>();
  readonly #proven = new Set<HeadKind>();

  /** HEAD has found content, so that its 404 can be relied on. */
  isProven(kind: HeadKind): boolean {
    return this.#proven.has(kind);
  }

  isRefused(kind: HeadKind): boolean {
    return (this.#failures.get(kind) ?? 0) >= FAILURES;
  }

  /** @param status undefined where no answer came */
  count(kind: HeadKind, status: number | undefined): void {
    if (status === 200) this.#proven.add(kind);
    if (status === 200 || status === 404) this.#failures.delete(kind);
    else if (status !== undefined && UNKNOWN_METHOD.includes(status)) this.#failures.set(kind, FAILURES);
    else this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }
}
