import type { Store } from '../../store/interfaces/store.js';
import { attestationStatement } from '../../trust/sign/statement.js';
import type { ContentInput } from '../pack/content.js';
import type { Location } from '../places/location.js';
import { readPredicate } from './predicate.js';
import type { SignDryRunResult, SignResult } from './schema.js';
import { type SignOptions, signSubjects } from './sign-subjects.js';

/** Options of {@link attest}. */
export interface AttestOptions extends SignOptions {
  /** A URI, or a name of cosign's: `spdxjson`, `cyclonedx`, `slsaprovenance1`, `vuln`, `openvex`, … @default as recognised */
  readonly predicateType?: string | undefined;
}

type MaybeAttestOptions = Omit<AttestOptions, 'dryRun'> & { readonly dryRun?: boolean | undefined };

/**
 * Signs a statement (in-toto v1) whose predicate is a document, and attaches it as {@link sign} does. A JSON document stands
 * in the statement byte for byte.
 *
 * @param location the subject: `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store; a tag is resolved once
 * @param content the document: a path, or bytes with a name
 * @throws RemoraError `INVALID_ARGUMENT` (the predicate type is not recognised, not JSON, not a private key), `NOT_FOUND`,
 *   `NO_MATCH` (platform), and as the store
 */
export async function attest(
  location: Location<Store>,
  content: ContentInput,
  options: MaybeAttestOptions & { readonly dryRun: true },
): Promise<SignDryRunResult>;
export async function attest(
  location: Location<Store>,
  content: ContentInput,
  options: AttestOptions,
): Promise<SignResult>;
export async function attest(
  location: Location<Store>,
  content: ContentInput,
  options: MaybeAttestOptions,
): Promise<SignResult | SignDryRunResult>;
export async function attest(
  location: Location<Store>,
  content: ContentInput,
  options: MaybeAttestOptions,
): Promise<SignResult | SignDryRunResult> {
  const { predicateType, json } = await readPredicate(content, options.predicateType, options);
  return signSubjects(location, (subject) => attestationStatement(subject, predicateType, json), options);
}
