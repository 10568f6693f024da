import { VerificationError } from '@sigstore/verify';
import type { Reason } from '../values/judgement.js';
import { Refusal } from '../values/refusal.js';

export function isWrong(reason: Reason, message: string): Refusal {
  return new Refusal('wrong', reason, message);
}

export function isUntrusted(message: string): Refusal {
  return new Refusal('unchecked', 'untrusted', message);
}

/**
 * Runs a step of the verifier.
 *
 * @throws Refusal for each of its errors: content that is odd enough makes it throw plain ones
 */
export function refuseErrors<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Error)) throw error;
    const [reason, what] = error instanceof VerificationError ? failed(error.code) : MALFORMED;
    throw isWrong(reason, `${what} does not hold: ${error.message}`);
  }
}

const MALFORMED = ['malformed', 'verification material'] as const;

function failed(code: string): readonly [Reason, string] {
  if (code.startsWith('TLOG')) return ['log', 'log entry'];
  if (code === 'TIMESTAMP_ERROR') return ['timestamp', 'timestamp'];
  if (code === 'CERTIFICATE_ERROR') return ['certificate', 'certificate'];
  return ['signature', 'signature'];
}
