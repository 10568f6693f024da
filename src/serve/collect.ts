/** When a server removes what nothing names. */
export interface CollectOptions {
  /** Milliseconds from one time to the next. */
  readonly every: number;
  /** Milliseconds that a file is kept at least. @default 1 hour */
  readonly grace?: number | undefined;
}
