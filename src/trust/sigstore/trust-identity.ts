import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { IdentityTrust, TrustedRoot } from '../values/trust.js';
import { shippedRoot } from './trusted-root.js';

/** Options of {@link trustIdentity}: an identity and an issuer, each whole or as an expression. */
export interface TrustIdentityOptions {
  /** The subject alternative name of Fulcio's certificates: a mail address, or the address of a workflow. */
  readonly identity?: string | undefined;
  /** An expression that matches the whole identity. */
  readonly identityRegexp?: string | RegExp | undefined;
  /** Where the signer logged in, such as `https://token.actions.githubusercontent.com`. */
  readonly issuer?: string | undefined;
  /** An expression that matches the whole issuer. */
  readonly issuerRegexp?: string | RegExp | undefined;
  /** @default the public-good root that remora ships */
  readonly trustedRoot?: TrustedRoot | undefined;
  /** The name in results and messages. @default the identity */
  readonly name?: string | undefined;
}

const MAX_PATTERN = 1000;

/**
 * Trusts a Sigstore identity, which is proven by a certificate of Fulcio and an entry in Rekor.
 *
 * @throws RemoraError `INVALID_ARGUMENT` unless identity and issuer are given, each in one of its two forms
 */
export function trustIdentity(options: TrustIdentityOptions): IdentityTrust {
  const identity = wantedOf('identity', options.identity, options.identityRegexp);
  const issuer = wantedOf('issuer', options.issuer, options.issuerRegexp);
  const { trustedRoot: root = shippedRoot(), name = textOf(identity) } = options;
  return { type: 'identity', name, identity, issuer, root };
}

function wantedOf(noun: string, whole: string | undefined, pattern: string | RegExp | undefined): string | RegExp {
  if (whole !== undefined && pattern !== undefined) {
    throw invalid(`${noun} is given as text and as an expression, wanted one of them`, `Leave one of the two away`);
  }
  const text = whole ?? pattern;
  if (text === undefined) {
    throw invalid(
      `${noun} is not given, wanted an identity together with its issuer`,
      'Give both, identity and issuer',
    );
  }
  if (textOf(text) === '' || pattern?.toString() === EMPTY) {
    throw invalid(`${noun} is empty`, `Give the whole ${noun}, or an expression that matches it`);
  }
  return typeof text === 'string' && whole === undefined ? expression(noun, text) : text;
}

/** `new RegExp('')` as text. */
const EMPTY = '/(?:)/';

function textOf(wanted: string | RegExp): string {
  return typeof wanted === 'string' ? wanted : wanted.source;
}

function expression(noun: string, pattern: string): RegExp {
  if (pattern.length > MAX_PATTERN) {
    throw invalid(
      `expression for the ${noun} has ${pattern.length} characters, wanted at most ${MAX_PATTERN}`,
      'Give several trusts with shorter expressions',
    );
  }
  try {
    return new RegExp(pattern, 'u');
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const message = `expression ${quote(pattern)} for the ${noun} is not one of JavaScript: ${cause.message}`;
    throw invalid(message, 'Write flags like (?i) out as classes, and escape nothing but syntax', cause);
  }
}

function invalid(message: string, hint: string, cause?: unknown): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { hint, cause });
}
