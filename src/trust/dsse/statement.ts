import * as z from 'zod/mini';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { algorithmOf, type Digest, isDigest } from '../../oci/values/digest.js';
import type { Claims } from '../values/judgement.js';
import type { Target } from '../values/signed.js';
import type { Envelope } from './envelope.js';
import { parseSignedJson, readMembers } from './signed-json.js';

/** An in-toto statement (attestation framework, spec/v1/statement.md; v0.1 has the same members). */
export interface Statement {
  readonly predicateType: string;
  /** The digests of each subject; empty for a subject that has none. */
  readonly subjects: readonly (readonly Digest[])[];
}

/** The payload type of in-toto statements. */
export const IN_TOTO = 'application/vnd.in-toto+json';

const TYPES: readonly string[] = ['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1'];
const MAX_SUBJECTS = 10_000;

const statementSchema = z.object({ _type: z.string(), predicateType: z.string(), subject: z.array(z.unknown()) });
const subjectSchema = z.object({ digest: z.nullish(z.record(z.string(), z.string())) });

/**
 * Reads the statement in an envelope. The envelope must say that it holds one: another payload type is another language,
 * even where the payload looks like a statement.
 *
 * @throws RemoraError `MALFORMED`; `UNSUPPORTED` for other types, versions and more than 10,000 subjects
 */
export function readStatement({ payloadType, payload }: Pick<Envelope, 'payloadType' | 'payload'>): Statement {
  if (payloadType !== IN_TOTO) {
    throw new RemoraError('UNSUPPORTED', `DSSE envelope has the payload type ${quote(payloadType)}, wanted ${IN_TOTO}`);
  }
  const what = 'in-toto statement';
  const members = ['_type', 'predicateType', 'subject'];
  const document = parseSignedJson(payload, what);
  const { _type, predicateType, subject } = readMembers(statementSchema, members, document, what);
  if (!TYPES.includes(_type)) {
    throw new RemoraError('UNSUPPORTED', `${what} has the type ${quote(_type)}, wanted ${TYPES.join(' or ')}`);
  }
  if (subject.length > MAX_SUBJECTS) {
    throw new RemoraError('UNSUPPORTED', `${what} has ${subject.length} subjects, wanted at most ${MAX_SUBJECTS}`);
  }
  return { predicateType, subjects: subject.map(digestsOf) };
}

/** Digests that are not well formed, like those in upper case or cut ones, are left out: they match nothing. */
function digestsOf(subject: unknown): readonly Digest[] {
  const { digest } = readMembers(subjectSchema, ['digest'], subject, 'subject of the in-toto statement');
  return Object.entries(digest ?? {}).flatMap(([algorithm, encoded]) => {
    const text = `${algorithm}:${encoded}`;
    return isDigest(text) ? [text] : [];
  });
}

/**
 * Whether a statement names a target: a subject has one of the target's digests, whole, and contradicts none of them.
 */
export function namesTarget({ subjects }: Statement, { digest, alsoKnownAs = [] }: Target): boolean {
  const known = new Map([digest, ...alsoKnownAs].map((one) => [algorithmOf(one), one]));
  return subjects.some((digests) => {
    const compared = digests.filter((one) => known.has(algorithmOf(one)));
    return compared.length > 0 && compared.every((one) => known.get(algorithmOf(one)) === one);
  });
}

/** The claims of a statement. */
export function claimsOf({ predicateType, subjects }: Statement, payload: Uint8Array): Claims {
  return { subjects: subjects.flat(), predicateType, payload };
}

const MAX_NAMED = 3;
/** Digests of algorithms that nobody registered may have any length. */
const MAX_SHOWN = 140;

/** Says which subjects are named instead of the target. */
export function otherSubject(what: string, subjects: readonly Digest[], { digest }: Target): string {
  const shown = (one: Digest) => (one.length > MAX_SHOWN ? `${one.slice(0, MAX_SHOWN)}…` : one);
  const named = subjects.slice(0, MAX_NAMED).map(shown).join(', ') || 'no digest';
  const more = subjects.length > MAX_NAMED ? ` and ${subjects.length - MAX_NAMED} more` : '';
  return `${what} names ${named}${more}, wanted ${digest}`;
}
