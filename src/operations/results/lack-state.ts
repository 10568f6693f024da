/** A requirement that is not met. */
interface Lack {
  readonly onIndex?: boolean | undefined;
  readonly isThere?: boolean | undefined;
}

/** The state of a requirement that is not met, in words. */
export type LackState = 'verified on the index alone' | 'attached, not verified' | 'not known' | 'not attached';

/** The state of a requirement; nothing is "not attached" where a place could not be asked. */
export function lackState(
  { onIndex, isThere }: Lack,
  { incomplete }: { readonly incomplete: readonly unknown[] },
): LackState {
  if (onIndex) return 'verified on the index alone';
  if (isThere) return 'attached, not verified';
  return incomplete.length > 0 ? 'not known' : 'not attached';
}
