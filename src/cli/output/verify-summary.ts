import { countedNoun } from '../../operations/results/counted.js';
import { shortWhoOf } from '../../operations/results/signer-words.js';
import type { VerifyBlobResult } from '../../operations/verify/blob-schema.js';
import type { VerifiedNode, VerifyResult } from '../../operations/verify/verify.js';
import { type Paint, printable } from './text.js';

type Style = Parameters<Paint>[0];

/** Signers that the last line names. */
const MAX_SIGNERS = 3;

const OUTCOMES: Readonly<Record<VerifyResult['outcome'], { readonly word: string; readonly style: Style }>> = {
  verified: { word: 'verified', style: 'green' },
  'not-verified': { word: 'not verified', style: 'red' },
  unsigned: { word: 'not attached', style: 'red' },
  incomplete: { word: 'not known', style: 'yellow' },
};

/** All attachments of a result. */
function* nodesOf({ referrers, above = [], platforms = [] }: VerifyResult): Generator<VerifiedNode> {
  function* each(nodes: readonly VerifiedNode[]): Generator<VerifiedNode> {
    for (const node of nodes) {
      yield node;
      yield* each(node.referrers);
    }
  }
  yield* each(referrers);
  for (const one of [...above, ...platforms]) yield* each(one.referrers);
}

/**
 * The line that sums up: `verified: 2 of 5 attachments of the index and 2 platforms, by key 1f3a9c2b4d5e (cosign.pub)`. Where
 * the outcome is another, it and its reason come first.
 */
export function summaryLine(result: VerifyResult, paint: Paint): string {
  const { outcome, platforms = [] } = result;
  const { word, style } = OUTCOMES[outcome];
  const nodes = [...nodesOf(result)];
  const verified = nodes.filter(({ verdict }) => verdict === 'verified');
  const wrong = nodes.filter(({ verdict }) => verdict === 'wrong').length;
  const count = platforms.filter(({ isPlatform }) => isPlatform !== false).length;
  const of = count === 0 ? '' : ` of the index and ${countedNoun(count, 'platform')}`;
  const signers = [...new Set(verified.map(shortWhoOf).filter((who) => who !== undefined))];
  const more = signers.length > MAX_SIGNERS ? [`${signers.length - MAX_SIGNERS} more`] : [];
  const by = [...signers.slice(0, MAX_SIGNERS), ...more].join(' and ');
  const sum = [
    `${verified.length} of ${countedNoun(nodes.length, 'attachment')}${of}`,
    ...(by === '' ? [] : [printable(`by ${by}`)]),
    ...(wrong === 0 ? [] : [`${wrong} wrong`]),
  ].join(', ');
  return outcome === 'verified'
    ? `${paint(style, word)}: ${sum}`
    : `${paint(style, word)}: ${whyOf(result)}; verified: ${sum}`;
}

/** The line that sums up the verdict on a file: `verified: app.tar, by key 1f3a9c2b4d5e (cosign.pub)`. */
export function blobSummary(result: VerifyBlobResult, paint: Paint): string {
  const { outcome, blob, message } = result;
  const { word, style } = OUTCOMES[outcome];
  const who = outcome === 'verified' ? shortWhoOf(result) : undefined;
  const why = outcome === 'verified' || message === undefined ? '' : `: ${printable(message)}`;
  return `${paint(style, word)}: ${printable(blob)}${who === undefined ? '' : `, ${printable(`by ${who}`)}`}${why}`;
}

/** The reason for an outcome that is not `verified`. */
function whyOf({ outcome, missing, violations = [], incomplete }: VerifyResult): string {
  if (outcome === 'incomplete') return `${countedNoun(incomplete.length, 'place')} could not be asked`;
  const [lack, ...others] = [
    ...missing.map(({ kind = 'any signature', format }) => (format === undefined ? kind : `${kind}@${format}`)),
    ...violations.map(({ rule }) => (rule === undefined ? 'the policy' : `rule ${rule}`)),
  ];
  const names = [...new Set([lack, ...others])].filter((name) => name !== undefined);
  return names.length === 0 ? 'a signature is wrong' : printable(names.join(', '));
}

/** The notes on a result: what a reader must know beside the verdicts. */
export function verifyNotes(result: VerifyResult, now: Date): readonly string[] {
  const nodes = [...nodesOf(result)];
  const count = (wanted: VerifiedNode['verdict']) => nodes.filter(({ verdict }) => verdict === wanted).length;
  const isBeside = count('wrong') > 0 && result.outcome === 'verified';
  return [
    // An incomplete outcome is told as errors.
    ...(result.outcome === 'incomplete' ? [] : result.incomplete).map(
      ({ way, error }) => `warning: could not ask ${way}: ${error.message}`,
    ),
    ...(isBeside ? [`warning: ${isOrAre(count('wrong'))} wrong beside what is verified: --no-wrong fails`] : []),
    ...platformNotes(result),
    ...rootNotes(result, now),
    ...(nodes.some(isCertified) ? [UNREVOKED] : []),
  ];
}

/** The note on a signature of a platform, which is none of the index that was asked about. */
function platformNotes({ missing, platforms = [] }: VerifyResult): readonly string[] {
  if (!missing.some(({ kind }) => kind === undefined)) return [];
  const signed = platforms.find(({ referrers }) =>
    referrers.some(({ verdict, coveredBy }) => verdict === 'verified' && coveredBy === undefined),
  );
  if (signed === undefined) return [];
  const { platform, digest } = signed;
  const how = platform === undefined ? 'by its digest' : `with --platform ${platform}`;
  return [printable(`${platform ?? digest} has a verified signature of its own: verify it ${how}`)];
}

/** The notes on the verdict about a file. */
export function blobNotes(result: VerifyBlobResult, now: Date): readonly string[] {
  return [...rootNotes(result, now), ...(isCertified(result) ? [UNREVOKED] : [])];
}

/** Whether a certificate tells who signed: a key that the user has named has no list of revocations. */
function isCertified({ verdict, signer }: Pick<VerifiedNode, 'verdict' | 'signer'>): boolean {
  return verdict === 'verified' && signer !== undefined && signer.type !== 'key';
}

/** The note on certificates. */
export const UNREVOKED = 'revocation was not checked: no list of revoked certificates was asked';

const MONTHS_OF_ROOT = 12;

/** The notes on Sigstore's root that decided: its source and date, and a warning where it is old. */
export function rootNotes({ trustedRoot }: Pick<VerifyResult, 'trustedRoot'>, now: Date): readonly string[] {
  if (trustedRoot === undefined) return [];
  const { source, date } = trustedRoot;
  const note = `trusted root: ${source}${date === undefined ? '' : `, of ${date}`}`;
  if (date === undefined) return [note];
  const limit = new Date(date);
  limit.setUTCMonth(limit.getUTCMonth() + MONTHS_OF_ROOT);
  const warning = `warning: the trusted root is older than ${MONTHS_OF_ROOT} months; update remora, or give --trusted-root FILE`;
  return now > limit ? [note, warning] : [note];
}

function isOrAre(count: number): string {
  return `${countedNoun(count, 'attachment')} ${count === 1 ? 'is' : 'are'}`;
}
