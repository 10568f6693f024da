import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import type { AskedWays } from '../attached/asked-ways.js';
import { gate, isOfKind, type Requirement, type RequireOn } from '../discover/missing.js';
import type { JudgedAttachments } from './judge-attached.js';
import type { UnverifiedKind, VerifiedNode, VerifyResult } from './schema.js';

/** What is required of the attachments. */
export interface Required {
  /** Empty: a signature or an attestation of the subject itself. */
  readonly require: readonly Requirement[];
  readonly on: RequireOn;
  readonly noWrong: boolean;
}

/** The members of a result that requirements add. */
export type Outcome = Pick<VerifyResult, 'outcome' | 'missing' | 'onIndex'>;

/** A kind and a format; without both, any signature or attestation. */
type Wanted = Partial<Requirement>;

/** Compares what is verified with what is required. */
export function outcomeOf(judged: JudgedAttachments, { require, on, noWrong }: Required): Outcome {
  const isAny = require.length === 0;
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
  const isUnsure = judged.incomplete.length > 0 && (lacking.length > 0 || noWrong);
  const isMet = lacking.length === 0;
  const failed = lacking.some((one) => one.isThere) ? 'not-verified' : 'unsigned';
  const outcome = hasWrong ? 'not-verified' : isUnsure ? 'incomplete' : isMet ? 'verified' : failed;
  return { outcome, missing: lacking, onIndex };
}

/** A signature or an attestation counts by its own signature, and what is required by its kind by any that covers it. */
function isVerified(node: VerifiedNode, wanted: Wanted): boolean {
  if (node.verdict !== 'verified') return false;
  return wanted.kind === undefined ? node.coveredBy === undefined : isOfKind(node, wanted);
}

function isClaimed(node: VerifiedNode, wanted: Wanted): boolean {
  return wanted.kind === undefined
    ? node.reason !== 'unsigned' && node.coveredBy === undefined
    : isOfKind(node, wanted);
}

/** All attachments: the subject's, those of the indexes above it, then each platform's, each followed by its own. */
export function* eachNode(result: Pick<VerifyResult, 'referrers' | 'above' | 'platforms'>): Generator<VerifiedNode> {
  function* each(nodes: readonly VerifiedNode[]): Generator<VerifiedNode> {
    for (const node of nodes) {
      yield node;
      yield* each(node.referrers);
    }
  }
  yield* each(result.referrers);
  for (const { referrers } of [...(result.above ?? []), ...(result.platforms ?? [])]) yield* each(referrers);
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
  const wrong = nodes.find(({ verdict }) => verdict === 'wrong');
  const lack = result.missing.find(({ isThere }) => isThere) ?? result.missing[0];
  const more = result.missing.length > 1 ? `, and ${result.missing.length - 1} more` : '';
  if (lack === undefined) {
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
  throw new RemoraError('NOT_VERIFIED', message, { hint: 'Give the trust of its maker, or sign it again' });
}
