/** The place of a part on a page. */
export interface Place {
  /** Of its heading. */
  readonly level: number;
  /** Numbers of the parts around it and of itself, which no other part has: `2-1`. */
  readonly path: string;
  /** True for the only part of a preview. */
  readonly isAlone: boolean;
}
