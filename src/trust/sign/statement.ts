import { algorithmOf, type Digest, encodedOf } from '../../oci/values/digest.js';

/** An in-toto statement (attestation framework, statement.md, v1), and its bytes, which are signed. */
export interface Statement {
  readonly predicateType: string;
  readonly payload: Uint8Array;
}

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** The predicate with which cosign 3 says that something is signed. */
export const SIGNATURE_TYPE = 'https://sigstore.dev/cosign/sign/v1';

/** The statement that cosign 3 signs for `cosign sign`, member by member. */
export function signatureStatement(subject: Digest): Statement {
  return statement({ digest: digestSet(subject), annotations: {} }, SIGNATURE_TYPE, '{}');
}

/**
 * A statement that `predicate` holds for a subject.
 *
 * @param predicate JSON, which stands in the statement as it is
 */
export function attestationStatement(subject: Digest, predicateType: string, predicate: string): Statement {
  return statement({ digest: digestSet(subject) }, predicateType, predicate);
}

function statement(subject: object, predicateType: string, predicate: string): Statement {
  const head = JSON.stringify({ _type: STATEMENT_TYPE, subject: [subject], predicateType });
  return { predicateType, payload: Buffer.from(`${head.slice(0, -1)},"predicate":${predicate}}`) };
}

function digestSet(digest: Digest): object {
  return { [algorithmOf(digest)]: encodedOf(digest) };
}
