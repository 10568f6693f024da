import { isOfKind } from '../../operations/discover/missing.js';
import { shortWhoOf } from '../../operations/results/signer-words.js';
import type { VerifyBlobResult } from '../../operations/verify/blob-schema.js';
import type { PolicyViolation, UnverifiedKind, VerifiedNode, VerifyResult } from '../../operations/verify/schema.js';
import { unaskedLines } from './discover.js';
import { type Gate, lackLines, markedLack, type SummaryTable, wantedWord } from './gate.js';

interface Placed {
  readonly node: VerifiedNode;
  readonly platform: string | undefined;
}

const VERDICTS = { verified: '✅ verified', wrong: '❌ wrong', unchecked: '– not verified' } as const;

/** `verify`, with every outcome. */
export function verifyGate(result: VerifyResult): Gate {
  const { reference } = result;
  return { subject: reference, lacks: lacksOf(result), tables: () => [unmetTable(result), verdictTable(result)] };
}

function lacksOf(result: VerifyResult): readonly string[] {
  const { reference, outcome, missing, violations = [], incomplete } = result;
  if (outcome === 'verified') return [];
  if (outcome === 'incomplete') return unaskedLines(incomplete);
  const nodes = [...placedIn(result)];
  const lines = [
    ...lackLines(
      result,
      missing.map((lack) => ({
        ...lack,
        wanted: wantedWordOf(lack),
        why: lack.isThere ? whyNot(lack, nodes) : undefined,
      })),
    ),
    ...violations.map((violation) => violationLine(reference, violation)),
  ];
  if (lines.length > 0) return lines;
  return nodes
    .filter(({ node }) => node.verdict === 'wrong')
    .map(({ node, platform }) => {
      const where = `${platform === undefined ? '' : `${platform} of `}${reference}`;
      return `${node.kind ?? 'attachment'} ${node.digest} on ${where} is wrong: ${node.message}`;
    });
}

function wantedWordOf(lack: UnverifiedKind): string {
  return `${lack.isThere || lack.onIndex ? 'verified ' : ''}${wantedWord(lack)}`;
}

/** The reason of the first attachment that could have met a requirement. */
function whyNot(lack: UnverifiedKind, nodes: readonly Placed[]): string | undefined {
  const fits = (node: VerifiedNode) =>
    lack.kind === undefined ? node.reason !== 'unsigned' && node.coveredBy === undefined : isOfKind(node, lack);
  const near = nodes.find(({ node }) => node.subject === lack.digest && node.verdict !== 'verified' && fits(node));
  return near?.node.message;
}

function violationLine(reference: string, { rule, message, platform, digest }: PolicyViolation): string {
  const of = platform ?? (digest !== undefined && !reference.endsWith(digest) ? digest : undefined);
  const name = rule === undefined ? 'the policy' : `rule ${rule}`;
  return `${name} is not kept by ${of === undefined ? '' : `${of} of `}${reference}: ${message}`;
}

function unmetTable(result: VerifyResult): SummaryTable {
  const { digest: root, missing, violations = [] } = result;
  const rows = missing.map((lack) => [
    wantedWord(lack),
    lack.platform ?? (lack.digest === root ? '-' : lack.digest),
    markedLack(lack, result),
  ]);
  const broken = violations.map(({ rule, message, platform, digest = root }) => [
    rule === undefined ? 'the policy' : `rule ${rule}`,
    platform ?? (digest === root ? '-' : digest),
    `❌ ${message}`,
  ]);
  return { heading: ['Required', 'Platform', 'State'], rows: [...rows, ...broken] };
}

function verdictTable(result: VerifyResult): SummaryTable {
  const rows = [...placedIn(result)].map(({ node, platform = '-' }) => {
    const { verdict, kind, artifactType, mediaType, digest, message = '', coveredBy } = node;
    const by = verdict === 'verified' ? (shortWhoOf(node) ?? (coveredBy ? `covered by ${coveredBy}` : '')) : message;
    return [VERDICTS[verdict], kind ?? artifactType ?? mediaType, platform, digest, by];
  });
  return { heading: ['Verdict', 'Kind', 'Platform', 'Digest', 'By, or why not'], rows };
}

function* placedIn({ referrers, above = [], platforms = [] }: VerifyResult): Generator<Placed> {
  function* each(nodes: readonly VerifiedNode[], platform: string | undefined): Generator<Placed> {
    for (const node of nodes) {
      yield { node, platform };
      yield* each(node.referrers, platform);
    }
  }
  yield* each(referrers, undefined);
  for (const one of above) yield* each(one.referrers, undefined);
  for (const one of platforms) yield* each(one.referrers, one.platform ?? one.digest);
}

/** `verify --blob`. */
export function blobGate(result: VerifyBlobResult): Gate {
  const { outcome, blob, bundle, message } = result;
  const why = message === undefined ? '' : `: ${message}`;
  const lacks = outcome === 'verified' ? [] : [`no verified signature of ${blob} in ${bundle}${why}`];
  return { subject: blob, lacks, tables: () => [blobTable(result)] };
}

function blobTable(result: VerifyBlobResult): SummaryTable {
  const { verdict, bundle, digest, message = '' } = result;
  const by = verdict === 'verified' ? (shortWhoOf(result) ?? '') : message;
  return {
    heading: ['Verdict', 'Bundle', 'Digest', 'By, or why not'],
    rows: [[VERDICTS[verdict], bundle, digest, by]],
  };
}
