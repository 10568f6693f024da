import { whoOf } from '../../operations/results/signer-words.js';
import type { UseProof } from '../../operations/verified/schema.js';
import type { Gate } from './gate.js';

/**
 * `pull` and `copy`, with `--verify` each thing with the signature that covers it.
 *
 * @param lacks a line for each thing that was left out, and should not have been
 */
export function useGate(
  subject: string,
  used: readonly { readonly name: string; readonly verified?: UseProof | undefined }[],
  lacks: readonly string[],
): Gate {
  const rows = used.flatMap(({ name, verified }) =>
    verified === undefined ? [] : [[name, whoOf(verified) ?? '', verified.signature]],
  );
  return { subject, lacks, tables: () => [{ heading: ['Verified', 'By', 'Signature'], rows }] };
}
