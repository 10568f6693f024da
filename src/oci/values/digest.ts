import { createHash, type Hash, hash } from 'node:crypto';
import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';

declare const brand: unique symbol;

/** A well-formed content digest, `algorithm:encoded` (image-spec, descriptor.md, "Digests"). */
export type Digest = string & { readonly [brand]: 'Digest' };

/** The algorithms whose content this library can verify. */
export type VerifiableAlgorithm = 'sha256' | 'sha512';

const GRAMMAR = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[a-zA-Z0-9=_-]+$/;

/** Registered algorithms have a fixed form, narrower than the general grammar: lower-case hex of one length. */
const REGISTERED: ReadonlyMap<string, RegExp> = new Map([
  ['sha256', /^[a-f0-9]{64}$/],
  ['sha512', /^[a-f0-9]{128}$/],
  ['blake3', /^[a-f0-9]{64}$/],
]);

/** A digest that lacks digits at its end. */
const BEGINNING = /^(?:sha512:(?!.{128})|(?:sha256:|blake3:)?(?!.{64}))([a-f0-9]{8,})$/;

/** True when `text` is a well-formed digest. Its algorithm need not be registered. */
export function isDigest(text: string): text is Digest {
  if (!GRAMMAR.test(text)) return false;
  const colon = text.indexOf(':');
  const registered = REGISTERED.get(text.slice(0, colon));
  return registered === undefined || registered.test(text.slice(colon + 1));
}

/**
 * Parses a digest.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when the text is not a digest
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const [, digits = ''] = BEGINNING.exec(text) ?? [];
  if (digits !== '')
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `digest ${quote(text)} is only a beginning, wanted all ${lengthFor(text)} digits here, got ${digits.length}`,
      {
        found: text,
        hint: 'A beginning is enough only to look: discover --no-trunc and resolve print the whole digest',
      },
    );
  throw new RemoraError('INVALID_ARGUMENT', `digest ${quote(text)} is not well formed: ${complaint(text)}`, {
    found: text,
    hint: 'Write it as sha256: and 64 lower-case hexadecimal digits',
  });
}

function complaint(text: string): string {
  const colon = text.indexOf(':');
  if (colon < 0) return 'there is no ":" between algorithm and value';
  const algorithm = text.slice(0, colon);
  const length = text.length - colon - 1;
  const wanted = lengthFor(text);
  if (!REGISTERED.has(algorithm)) return 'algorithm or value has characters that a digest cannot have';
  if (length !== wanted) return `${algorithm} needs ${wanted} hexadecimal digits, got ${length} characters`;
  return `${algorithm} needs lower-case hexadecimal digits`;
}

function lengthFor(text: string): number {
  return text.startsWith('sha512:') ? 128 : 64;
}

/** The part before the colon: `sha256`. */
export function algorithmOf(digest: Digest): string {
  return digest.slice(0, digest.indexOf(':'));
}

/** The part after the colon. */
export function encodedOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/**
 * Starts the hash that can verify content against `digest`.
 *
 * @throws RemoraError `UNSUPPORTED` for algorithms other than sha256 and sha512
 */
export function hasherFor(digest: Digest): Hash {
  return createHash(verifiable(digest));
}

function verifiable(digest: Digest): VerifiableAlgorithm {
  const algorithm = algorithmOf(digest);
  if (algorithm === 'sha256' || algorithm === 'sha512') return algorithm;
  throw new RemoraError(
    'UNSUPPORTED',
    `content of ${digest} cannot be verified: algorithm ${algorithm} is not supported`,
    {
      expected: 'sha256 or sha512',
      found: algorithm,
    },
  );
}

/** The digest from a finished hash. */
export function digestFromHash(algorithm: VerifiableAlgorithm, hash: Hash): Digest {
  return parseDigest(`${algorithm}:${hash.digest('hex')}`);
}

/** Digest of bytes in memory. New content uses sha256. */
export function digestOf(bytes: Uint8Array, algorithm: VerifiableAlgorithm = 'sha256'): Digest {
  return digestFromHash(algorithm, createHash(algorithm).update(bytes));
}

/**
 * Checks bytes in memory against a digest.
 *
 * @throws RemoraError `DIGEST_MISMATCH`, or `UNSUPPORTED` as {@link hasherFor}
 */
export function checkDigest(bytes: Uint8Array, digest: Digest, what: string): void {
  const algorithm = verifiable(digest);
  // At once, a hash of a manifest takes a third of the time.
  const found = `${algorithm}:${hash(algorithm, bytes, 'hex')}`;
  if (found === digest) return;
  throw new RemoraError('DIGEST_MISMATCH', `${what} has other content: its digest is ${found}`, {
    expected: digest,
    found,
  });
}
