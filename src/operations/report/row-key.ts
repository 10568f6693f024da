import type { ErrorFields } from '../../errors.js';

/**
 * The words that tell a row from others: its reference. Texts that are not references stand apart, each where it was read:
 * `null` in two places means two images.
 */
export function rowKey({
  reference,
  from,
  error,
}: {
  readonly reference: string;
  readonly from?: string | undefined;
  readonly error?: Pick<ErrorFields, 'code'> | undefined;
}): string {
  return error?.code === 'INVALID_ARGUMENT' && from !== undefined ? `${reference}\n${from}` : reference;
}
