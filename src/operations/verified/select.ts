import type { RemoraError } from '../../errors.js';
import { mapSome } from '../../io/async/run-all.js';
import { type Manifest, referrerEntry } from '../../oci/documents/manifest.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import {
  type Attachment,
  attachmentOfManifest,
  attachmentsOfLayers,
  type SelectedAttachment,
} from '../attached/attachment.js';
import { deciding, PULL_CHOICE } from '../attached/choice.js';
import { eachLayerOnce } from '../attached/each-layer-once.js';
import { ambiguous, newestOf } from '../attached/newest.js';
import { nothingFits } from '../attached/select.js';
import { isWanted, type Selection } from '../attached/selection.js';
import type { VerifiedNode } from '../verify/schema.js';
import { notVerified } from '../wait/untrusted-only.js';
import { type JudgedSubject, type PlacedNode, unverifiedOf } from './judged-subject.js';
import type { UnverifiedAttachment } from './schema.js';

/** A verified attachment that fits a selection. */
export interface VerifiedAttachment extends SelectedAttachment {
  readonly node: VerifiedNode;
}

/** The attachments that fit a selection. */
export interface SelectedVerified {
  readonly verified: readonly VerifiedAttachment[];
  /** Those that fit as they describe themselves, and are not verified. */
  readonly unverified: readonly UnverifiedAttachment[];
}

/** Options of {@link selectVerified}. */
export interface SelectVerifiedOptions {
  /** Reads the manifest of a verified attachment; undefined for one that is left out. */
  readonly read: (digest: Digest) => Promise<Manifest | undefined>;
  /** As of `selectAttached`. */
  readonly onUnasked?: ((way: string, error: unknown) => void) | undefined;
}

/** A digest that is verified is named whole. */
const VERIFIED_CHOICE = { ...PULL_CHOICE, beginning: false };

/** Manifests that are read at a time. */
const CONCURRENCY = 16;

/**
 * Selects verified attachments of a subject and of all manifests below it, by what is signed: the kind of a signed
 * envelope is that of its payload, whatever annotations and types say.
 *
 * @throws RemoraError `NOT_VERIFIED` where all that fit are unverified, `NO_MATCH` where none fits, `AMBIGUOUS`, and
 *   `INCOMPLETE` where a place could not be asked, as `selectAttached`
 */
export async function selectVerified(
  source: Source,
  judged: JudgedSubject,
  selection: Selection,
  { read, onUnasked }: SelectVerifiedOptions,
): Promise<SelectedVerified> {
  const trusted = judged.verified();
  const described = describer();
  const placed = await mapSome(trusted, CONCURRENCY, (each) => attachmentOf(each, read, described));
  const verified = placed.filter((each) => each !== undefined && fits(each, selection)).flatMap((each) => each ?? []);
  const direct = new Set(judged.direct().map(({ node }) => node));
  const near = verified.filter(({ node }) => direct.has(node));
  const found = near.length > 0 && !selection.all ? near : verified;
  const all = judged.all();
  const known = new Set(trusted.map(({ node }) => node));
  const unverified = all.filter(({ node }) => !known.has(node) && isWanted(claimedOf(node), selection));
  const left = unverified.map(({ node }) => unverifiedOf(node));
  const isCertain = found.length > 0 && (selection.all || (selection.digest !== undefined && found.length === 1));
  if (onUnasked === undefined || !isCertain) judged.account.checkComplete();
  else judged.account.forward(onUnasked);
  if (found.length === 0 && left[0] !== undefined) throw unverifiedOnly(left[0], unverified);
  if (found.length === 0)
    throw nothingFits(
      source,
      judged.digest,
      selection,
      all.map(({ node }) => claimedOf(node)),
    );
  if (selection.all) return { verified: found, unverified: left };
  const distinct = eachLayerOnce(found);
  if (distinct.length === 1) return { verified: distinct, unverified: left };
  if (selection.latest) return { verified: [newestOf(distinct, VERIFIED_CHOICE)], unverified: left };
  throw ambiguous(distinct, deciding(distinct, VERIFIED_CHOICE));
}

function unverifiedOnly({ reference, message }: UnverifiedAttachment, fitting: readonly PlacedNode[]): RemoraError {
  const more = fitting.length === 1 ? '' : `, and ${fitting.length - 1} more`;
  const nodes = fitting.map(({ node }) => node);
  return notVerified(nodes, `${reference} fits, and is not verified: ${message}${more}`, {
    hint: 'Give the trust of its maker, or look at all verdicts with remora verify',
  });
}

/** An attachment as it describes itself. */
function claimedOf(node: VerifiedNode): Attachment {
  const { digest, manifest, mediaType, size, artifactType, annotations, kind, formats = [], predicateType, via } = node;
  const descriptor: Descriptor = given({ mediaType, digest, size, artifactType, annotations });
  const holder = manifest && { mediaType: '', digest: manifest, size: 0 };
  return { descriptor, via, formats, ...given({ holder, kind, predicateType }) };
}

type Read = SelectVerifiedOptions['read'];

/** The attachment that a node is, as its manifest describes it. */
type Describe = (manifest: Manifest, node: VerifiedNode) => Attachment | undefined;

/** Describes each manifest once: thousands of nodes can be of one that has as many layers. */
function describer(): Describe {
  const wholes = new Map<Manifest, Attachment>();
  const parts = new Map<Manifest, ReadonlyMap<Digest, Attachment>>();
  return (manifest, { manifest: holder, digest }) => {
    if (holder === undefined) return remembered(wholes, manifest, () => attachmentOfManifest(manifest, []));
    const layers = () => attachmentsOfLayers(manifest, []).map((layer) => [layer.descriptor.digest, layer] as const);
    return remembered(parts, manifest, () => new Map(layers().reverse())).get(digest);
  };
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

/** A verified attachment with the descriptors of its own manifest, and the kind that is signed. */
async function attachmentOf(
  { node, platform }: PlacedNode,
  read: Read,
  describe: Describe,
): Promise<(VerifiedAttachment & { readonly claimed: Attachment }) | undefined> {
  const manifest = await read(node.manifest ?? node.digest);
  if (manifest === undefined) return undefined;
  const claimed = describe(manifest, node);
  if (claimed === undefined) return undefined;
  const { kind, formats = [], predicateType, subject, times } = node;
  const holder = node.manifest === undefined ? undefined : referrerEntry(manifest);
  // A cover signs the manifest with its annotations; an envelope has one statement.
  const morePredicateTypes = node.coveredBy === undefined ? undefined : claimed.morePredicateTypes;
  // The date in the manifest of an envelope is not signed; that of its log or timestamp is proven.
  const created = node.created ?? times?.[0]?.time;
  return {
    ...{ descriptor: claimed.descriptor, via: node.via, formats, subject, node, claimed },
    ...given({ holder, kind, predicateType, morePredicateTypes, created, platform }),
  };
}

/**
 * Whether a verified attachment fits. Types and annotations of an envelope are not signed: where they promise another
 * kind than the payload has, a selection by them does not take it.
 */
function fits(found: VerifiedAttachment & { readonly claimed: Attachment }, selection: Selection): boolean {
  const { claimed, node } = found;
  const isByClaim = selection.artifactType !== undefined || (selection.annotations ?? []).length > 0;
  // A wrapper that says nothing of its content is an attestation.
  const promised = claimed.kind === 'attestation' ? undefined : claimed.kind;
  const isLie = node.coveredBy === undefined && promised !== undefined && promised !== found.kind;
  return !(isByClaim && isLie) && isWanted(found, selection);
}
