import { createHash } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';

/** A share of the references of a report. */
export interface Shard {
  /** From 1 on. */
  readonly index: number;
  readonly of: number;
}

/**
 * Parses `I/N`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseShard(text: string): Shard {
  const [, index, of] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  if (index !== undefined && of !== undefined && Number(index) <= Number(of))
    return { index: Number(index), of: Number(of) };
  throw new RemoraError('INVALID_ARGUMENT', `shard ${quote(text)} is not well formed, wanted I/N`, {
    found: text,
    hint: 'Write it like 1/4, 2/4, 3/4 and 4/4; an index that starts at 0 needs one more',
  });
}

/** Whether a reference is in a shard. Its text alone decides: neither its position nor other references do. */
export function isInShard(reference: string, { index, of }: Shard): boolean {
  return createHash('sha256').update(reference).digest().readUIntBE(0, 6) % of === index - 1;
}
