/** A file in an archive. */
export interface ArchiveEntry {
  readonly name: string;
  /** `file`, `directory` or another type. */
  readonly type: string;
  readonly size: number;
  /** Where a link leads to. */
  readonly target?: string;
}
