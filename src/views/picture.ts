import type { DiscoverResult } from '../operations/discover/schema.js';
import type { ReadDocument } from '../operations/documents/documents.js';
import { countedKind, countedNoun } from '../operations/results/counted.js';
import { type LackState, lackState } from '../operations/results/lack-state.js';
import type { VerifyResult } from '../operations/verify/schema.js';
import { graphOf } from './graph/build.js';
import type { Attached, Graph, Pictured } from './graph/graph.js';

/** A sentence about the whole result: words of its own, and texts from elsewhere. */
export interface Note {
  /** `bad`: a requirement is not met; `warn`: the result may lack something. */
  readonly tone: 'good' | 'warn' | 'bad';
  readonly parts: readonly (string | { readonly foreign: string })[];
}

/** A note as plain text. */
export function noteText({ parts }: Note): string {
  return parts.map((part) => (typeof part === 'string' ? part : part.foreign)).join('');
}

/** Manifests by their digests. */
export type Documents = ReadonlyMap<string, ReadDocument>;

/** All that pictures of a result show. */
export interface Picture {
  readonly command: 'discover' | 'verify';
  /** The subject as the user named it. */
  readonly name: string;
  readonly result: DiscoverResult | VerifyResult;
  readonly graph: Graph;
  /** The line that sums up. */
  readonly headline: string;
  readonly notes: readonly Note[];
}

/** The picture of what is attached. */
export function discoverPicture(name: string, result: DiscoverResult): Picture {
  const graph = graphOf(result, name);
  const { missing } = result;
  const lacks = (missing ?? []).map((lack) =>
    lackNote(lack, lack.onIndex ? 'attached to the index alone, and not to' : SAYS[lackState(lack, result)]),
  );
  const met: Note[] =
    missing?.length === 0
      ? [{ tone: 'good', parts: ['all required kinds are attached; signatures were not verified'] }]
      : [];
  const notes = [...unasked(result), ...lacks, ...met];
  return { command: 'discover', name, result, graph, headline: countsOf(result, graph), notes };
}

/** The picture of verdicts; `headline` sums them up. */
export function verifyPicture(name: string, result: VerifyResult, headline: string): Picture {
  const lacks = result.missing.map((lack) => lackNote(lack, SAYS[lackState(lack, result)]));
  const broken: Note[] = (result.violations ?? []).map(({ rule, message, platform, digest }) => {
    const of = platform ?? digest;
    const where = of === undefined ? [] : [' on ', { foreign: of }];
    const subject = rule === undefined ? ['the policy'] : ['rule ', { foreign: rule }];
    return { tone: 'bad', parts: [...subject, ' is not kept: ', { foreign: message }, ...where] };
  });
  const notes = [...unasked(result), ...lacks, ...broken];
  return { command: 'verify', name, result, graph: graphOf(result, name), headline, notes };
}

const SAYS: Readonly<Record<LackState, string>> = {
  'verified on the index alone': 'verified on the index alone, and not on',
  'attached, not verified': 'attached, and not verified, on',
  'not known': 'not known of',
  'not attached': 'not attached to',
};

/** A requirement that is not met, or whose state is not known. */
function lackNote({ kind, format, platform, digest }: Lacking, state: string): Note {
  const parts = [`${wanted(kind, format)} is ${state} `, { foreign: platform ?? digest }];
  return { tone: state === SAYS['not known'] ? 'warn' : 'bad', parts };
}

type Lacking = Pick<VerifyResult['missing'][number], 'kind' | 'format' | 'platform' | 'digest'>;

function unasked({ incomplete }: Picture['result']): readonly Note[] {
  return incomplete.map(({ way, error }) => ({
    tone: 'warn',
    parts: ['more may be attached: could not ask ', { foreign: way }, ': ', { foreign: error.message }],
  }));
}

function wanted(kind: string | undefined, format: string | undefined): string {
  return `${kind ?? 'a signature or attestation'}${format === undefined ? '' : `@${format}`}`;
}

/** `5 attachments of the index and 2 platforms: 3 sboms, 2 signatures`. */
function countsOf({ platforms = [], incomplete }: Pictured & Pick<DiscoverResult, 'incomplete'>, graph: Graph): string {
  const attached = attachedIn(graph);
  const count = platforms.filter(({ isPlatform }) => isPlatform !== false).length;
  const of = count === 0 ? '' : ` of the index and ${countedNoun(count, 'platform')}`;
  const kinds = new Map<string, number>();
  for (const { kind = 'other' } of attached) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const each = [...kinds].map(([kind, times]) => countedKind(times, kind)).join(', ');
  const least = incomplete.length > 0 ? 'at least ' : '';
  if (attached.length === 0 && incomplete.length > 0) return 'nothing was found, and not all places could be asked';
  return attached.length === 0
    ? `nothing is attached${of === '' ? '' : ` to the index and ${countedNoun(count, 'platform')}`}`
    : `${least}${countedNoun(attached.length, 'attachment')}${of}${each === '' ? '' : `: ${each}`}`;
}

/** The attachments of a graph, each once. */
export function attachedIn({ nodes }: Graph): readonly Attached[] {
  return nodes.flatMap((node) => (node.role === 'attachment' ? [node.attached] : []));
}
