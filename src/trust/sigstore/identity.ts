import { createContext, Script } from 'node:vm';
import { quote } from '../../oci/text/quote.js';
import type { Signer } from '../values/judgement.js';
import type { IdentityTrust } from '../values/trust.js';
import { isUntrusted } from './refusal.js';

/** Longer than any identity, and short enough for most expressions. */
const MAX_TEXT = 2000;
/** Milliseconds for an expression that goes back and forth. */
const MAX_TIME = 500;

/** Node.js can stop a script, not an expression by itself. */
const test = new Script('pattern.test(text)');
const context = createContext({});

/**
 * Compares a signer with an identity, whole.
 *
 * @throws Refusal where they differ
 */
export function checkIdentity(signer: Signer, { identity, issuer }: IdentityTrust): void {
  if (signer.type !== 'identity') {
    throw isUntrusted('certificate names no single identity with its issuer, as those of Sigstore do');
  }
  if (!fits(identity, signer.identity)) {
    throw isUntrusted(`${quote(signer.identity)} signed, wanted ${shown(identity)}`);
  }
  if (!fits(issuer, signer.issuer)) {
    throw isUntrusted(`${quote(signer.identity)} has logged in at ${quote(signer.issuer)}, wanted ${shown(issuer)}`);
  }
}

function fits(wanted: string | RegExp, text: string): boolean {
  if (typeof wanted === 'string') return wanted === text;
  if (text.length > MAX_TEXT) return false;
  const pattern = new RegExp(`^(?:${wanted.source})$`, wanted.flags.replace(/[gmy]/g, ''));
  Object.assign(context, { pattern, text });
  try {
    return test.runInContext(context, { timeout: MAX_TIME }) === true;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw isUntrusted(`expression ${shown(wanted)} takes too long for ${quote(text)}`);
  }
}

/** The error is one of the other context, and not an instance of this one's class. */
function isTimeout(error: unknown): boolean {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

function shown(wanted: string | RegExp): string {
  return typeof wanted === 'string' ? quote(wanted) : `all of it to match ${quote(wanted.source)}`;
}
