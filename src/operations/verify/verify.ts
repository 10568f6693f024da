import { RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { sharedSignal } from '../../io/async/run-all.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import type { Policy } from '../../trust/policy/policy.js';
import { AskedWays } from '../attached/asked-ways.js';
import { ItemLimit } from '../attached/item-limit.js';
import { resolveSubject } from '../attached/subject.js';
import { parseRequirement, type Requirement, type RequireOn } from '../discover/missing.js';
import { type ElsewhereOptions, withAttached } from '../places/elsewhere.js';
import type { AccessOptions, Location } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { iterable } from '../results/each-node.js';
import { trustsOf } from '../trusts/given-trusts.js';
import { type WaitOptions, waitFor } from '../wait/wait.js';
import { judgeAttached } from './judge-attached.js';
import { noTrust } from './no-trust.js';
import { rootOf, type TrustOptions } from './options.js';
import { violationsOf } from './policy-violations.js';
import { checkOutcome, lackOf, outcomeOf } from './required.js';
import type { VerifiedNode, VerifyResult } from './schema.js';

export type { TrustOptions } from './options.js';
export type { VerifiedNode, VerifiedPlatform, VerifyResult } from './schema.js';

/** Options of {@link verify}. */
export interface VerifyOptions extends AccessOptions, ElsewhereOptions, TrustOptions, WaitOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index, with all its children */
  readonly platform?: string | Platform | undefined;
  /** Kinds that must be verified, like `sbom` or `sbom@spdx`. @default a signature or an attestation of the subject itself */
  readonly require?: readonly (string | Requirement)[] | undefined;
  /** For an index: the subjects that must have the required kinds. @default 'any' */
  readonly requireOn?: RequireOn | undefined;
  /** Rules that must be kept; `require` adds to them. @default none */
  readonly policy?: Policy | undefined;
  /** A signature that is wrong fails, even beside one that is verified. @default false */
  readonly noWrong?: boolean | undefined;
  /** Return the result instead of throwing where it is not `verified`. @default false */
  readonly partial?: boolean | undefined;
}

/**
 * A {@link VerifyResult} that iterates over all attachments: the subject's, those of the indexes above it, then each
 * platform's, each followed by its own.
 */
export type Verification = VerifyResult & Iterable<VerifiedNode>;

/**
 * Verifies all attachments of a subject: cosign's signatures and attestations, Sigstore bundles, DSSE envelopes and Notary
 * Project's signatures. An attachment that is not signed itself is verified where a verified signature covers its
 * manifest, or an index that holds it. With `wait` it asks again while nothing verifies what is required, until a signature
 * of the given trust is wrong.
 *
 * @param location an image or artifact: `ghcr.io/acme/app:v1`, `oci:./layout:v1`, a `Place`, or an open store
 * @throws RemoraError `NOT_VERIFIED` (there, and not by the given trust), `NO_MATCH` (not there), `INCOMPLETE` (a place
 *   could not be asked), each unless `partial`; `INVALID_ARGUMENT` (no trust is given), `NOT_FOUND`, `INTERRUPTED`
 */
export async function verify(location: Location, options: VerifyOptions = {}): Promise<Verification> {
  if (options.wait !== undefined && trustsOf(options).length + (options.policy?.trust.length ?? 0) === 0)
    throw nothingToWaitFor();
  const { result, account } = await waitFor(
    options,
    (access) => verifyNow(location, access),
    (answer) => lackOf(answer.result, answer.account, options.noWrong),
  );
  if (!options.partial) checkOutcome(result, account);
  return iterable(result);
}

async function verifyNow(
  location: Location,
  options: VerifyOptions,
): Promise<{ readonly result: VerifyResult; readonly account: AskedWays }> {
  const platform = platformOf(options.platform);
  const require = (options.require ?? []).map((one) => (typeof one === 'string' ? parseRequirement(one) : one));
  const { requireOn: on = 'any', noWrong = false, policy } = options;
  const trust = [...trustsOf(options), ...(policy?.trust ?? [])];
  const trusting = {
    ...options,
    trust,
    trustedRoot: options.trustedRoot ?? policy?.trustedRoot,
    requireLog: options.requireLog || policy?.requireLog,
  };
  return withAttached(location, options, async (source, selector) => {
    const signal = sharedSignal(options.signal);
    const account = new AskedWays();
    const onUnasked = (way: string, error: unknown) => account.failed(way, error);
    const limit = new ItemLimit(options.maxItems);
    const resolving = resolveSubject(source, selector, platform, { signal, limit, onUnasked });
    loadSoon();
    const subject = await resolving;
    const judged = await judgeAttached(source, subject, account, { ...trusting, signal, limit });
    if (trust.length === 0) throw noTrust(judged);
    const violations = policy && (await violationsOf(policy, judged, options.now));
    const { unread: _unread, policyFacts: _facts, ...facts } = judged;
    const result: VerifyResult = {
      ...facts,
      ...outcomeOf(judged, { require, on, noWrong, violations }),
      ...given({ trustedRoot: await rootOf(trusting) }),
    };
    return { result, account };
  });
}

function nothingToWaitFor(): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', 'no trust is given: no signature could end the wait', {
    hint: 'Say who may sign, for example with --key cosign.pub; remora help trust lists the flags',
  });
}

/** By then the first request is on its way: loading the code that judges takes as long as a request, or longer. */
const SOON_MS = 5;

function loadSoon(): void {
  setTimeout(() => handled(import('../../trust/judge.js')), SOON_MS).unref();
}
