import { isRemoraError, RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { AskedWays } from '../attached/asked-ways.js';
import { gate, isOfKind, type Requirement, type RequireOn } from '../discover/missing.js';
import { eachNode } from '../results/each-node.js';
import { isOwnWrong, notVerified } from '../wait/untrusted-only.js';
import { passingReason } from '../wait/wait.js';
import type { JudgedAttachments } from './judge-attached.js';
import type { PolicyViolation, UnverifiedKind, VerifiedNode, VerifyResult } from './schema.js';

/** The requirements. */
export interface Required {
  /** Empty without a policy: a signature or an attestation of the subject itself. */
  readonly require: readonly Requirement[];
  readonly on: RequireOn;
  readonly noWrong: boolean;
  /** The rules of a policy that are not kept; absent without a policy. */
  readonly violations?: readonly PolicyViolation[] | undefined;
}

/** The members of a result that requirements add. */
export type Outcome = Pick<VerifyResult, 'outcome' | 'missing' | 'onIndex' | 'violations'>;

/** A kind and a format; without both, any signature or attestation. */
type Wanted = Partial<Requirement>;

/** Compares what is verified with what is required. */
export function outcomeOf(judged: JudgedAttachments, { require, on, noWrong, violations }: Required): Outcome {
  const isAny = require.length === 0 && violations === undefined;
  const wanted: readonly Wanted[] = isAny ? [{}] : require;
  // Signatures of platforms do not sign the index: it could name others.
  const { platforms, ...itself } = judged;
  const held = isAny && on === 'any' ? itself : judged;
  const { unread } = judged;
  const { missing, onIndex } = gate(held, wanted, { on, unread, fits: isVerified });
  const isThere = gate(held, wanted, { on, unread, fits: isClaimed });
  const isNowhere = ({ digest, kind, format }: Wanted & Pick<UnverifiedKind, 'digest'>) =>
    isThere.missing.some((one) => one.digest === digest && one.kind === kind && one.format === format);
  const lacking = missing.map((one) => ({ ...one, isThere: !isNowhere(one) }));
  const hasWrong = noWrong && [...eachNode(judged)].some(({ verdict }) => verdict === 'wrong');
  const failures = [...lacking, ...(violations ?? [])];
  const isMet = failures.length === 0;
  const isUnsure = judged.incomplete.length > 0 && (!isMet || noWrong);
  const failed = failures.some((one) => one.isThere) ? 'not-verified' : 'unsigned';
  const outcome = hasWrong ? 'not-verified' : isUnsure ? 'incomplete' : isMet ? 'verified' : failed;
  return { outcome, missing: lacking, onIndex, ...given({ violations }) };
}

/** A signature or an attestation counts by its own signature, and what is required by its kind by any that covers it. */
function isVerified(node: VerifiedNode, wanted: Wanted): boolean {
  if (node.verdict !== 'verified') return false;
  return wanted.kind === undefined ? node.coveredBy === undefined : isOfKind(node, wanted);
}

function isClaimed(node: VerifiedNode, wanted: Wanted): boolean {
  if (wanted.kind === undefined) return node.reason !== 'unsigned' && node.coveredBy === undefined;
  // An attestation that cannot be read may be of any kind.
  const mayBe = node.kind === 'attestation' && node.predicateType === undefined && node.reason !== 'unsigned';
  return isOfKind(node, wanted) || (mayBe && node.verdict !== 'verified' && wanted.kind !== 'signature');
}

/**
 * Throws unless a result is `verified`.
 *
 * @throws RemoraError `NOT_VERIFIED`, `NO_MATCH` (not attached), `INCOMPLETE`
 */
export function checkOutcome(result: VerifyResult, account: AskedWays): void {
  if (result.outcome === 'verified') return;
  if (result.outcome === 'incomplete') account.checkComplete();
  const nodes = [...eachNode(result)];
  const broken = result.violations?.find(({ isThere }) => isThere) ?? result.violations?.[0];
  if (broken !== undefined && !result.missing.some(({ isThere }) => isThere && !broken.isThere))
    throw violated(result, broken, nodes);
  const wrong = nodes.find(({ verdict }) => verdict === 'wrong');
  const lack = result.missing.find(({ isThere }) => isThere) ?? result.missing[0];
  const more = result.missing.length > 1 ? `, and ${result.missing.length - 1} more` : '';
  // A place that could not be asked may have what was not found: then a wrong signature decided.
  if (lack === undefined || (!lack.isThere && result.incomplete.length > 0)) {
    const message = `${result.reference} has ${wrong?.digest}, which is wrong: ${wrong?.message}`;
    throw new RemoraError('NOT_VERIFIED', message);
  }
  const { kind, format, platform, digest } = lack;
  const place = `${digest}${platform === undefined ? '' : ` (${platform})`}`;
  const name = kind === undefined ? 'signature or attestation' : `${kind}${format === undefined ? '' : `@${format}`}`;
  if (!lack.isThere) {
    const hint = 'List what is attached with remora discover';
    throw new RemoraError('NO_MATCH', `${place} has no ${name}${more}`, { ...given({ expected: kind }), hint });
  }
  const near = nodes.find((node) => node.subject === digest && node.verdict !== 'verified' && isClaimed(node, lack));
  const why = near?.message === undefined ? '' : `: ${near.message}`;
  const message = `${place} has no verified ${name}${more}${why}`;
  throw notVerified(nodes, message, { hint: 'Give the trust of its maker, or sign it again' });
}

/** The reason to wait for what verifies a result; undefined where it is verified, or nothing will. */
export function lackOf(result: VerifyResult, account: AskedWays, noWrong = false): string | undefined {
  const isFinal = (node: VerifiedNode) => isOwnWrong(node) || (noWrong && node.verdict === 'wrong');
  const isOutOfScope = result.violations?.some(({ rule }) => rule === undefined);
  if (isOutOfScope || [...eachNode(result)].some(isFinal)) return undefined;
  try {
    checkOutcome(result, account);
    return undefined;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    return passingReason(error);
  }
}

function violated(
  { reference, violations = [] }: VerifyResult,
  { rule, message, platform, isThere }: PolicyViolation,
  nodes: readonly VerifiedNode[],
): RemoraError {
  const more = violations.length > 1 ? `, and ${violations.length - 1} more` : '';
  const place = `${reference}${platform === undefined ? '' : ` (${platform})`}`;
  const name = rule === undefined ? 'the policy' : `rule ${quote(rule)}`;
  const text = `${place} breaks ${name}${more}: ${message}`;
  return isThere ? notVerified(nodes, text) : new RemoraError('NO_MATCH', text);
}
