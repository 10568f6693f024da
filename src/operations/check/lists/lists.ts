import { limiter } from '../../../io/async/run-all.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import type { CallOptions, Source } from '../../../store/interfaces/store.js';
import type { ItemLimit } from '../../attached/item-limit.js';
import type { Fetcher } from '../content/fetch.js';
import type { Fact, GraphCheck } from '../content/graph.js';
import type { Fault } from '../content/manifest-faults.js';
import { faultOf, readManifest, type Wanted } from '../content/read-manifest.js';
import type { CheckReport } from '../report/report.js';
import { holderOf, mendedMember } from './entries.js';

/** A list of referrers, and its subjects. */
export interface ReferrersList {
  /** `tag "sha256-…"`, or the subject. */
  readonly name: string;
  readonly digest: Digest;
  isFor(subject: Digest): boolean;
  /** The digests that it names; undefined where it could not be read. */
  readonly members: ReadonlySet<Digest> | undefined;
}

/** The context of {@link checkList}. */
export interface ListCheckContext extends CallOptions {
  readonly source: Source;
  readonly report: CheckReport;
  readonly graph: GraphCheck;
  readonly fetcher?: Fetcher | undefined;
  /** The limit of the walk through attachments. @default one of its own */
  readonly items?: ItemLimit | undefined;
}

/**
 * Checks a list of referrers against its members (distribution-spec, "Listing Referrers"). Each must exist, name the
 * subject, and be described correctly.
 */
export async function checkList(
  entry: Wanted,
  { name, isFor }: Pick<ReferrersList, 'name' | 'isFor'>,
  context: ListCheckContext,
): Promise<ReferrersList> {
  const { report, graph } = context;
  const { digest } = entry;
  const about = { digest, what: name };
  graph.reached.add(digest);
  const list = await readList(entry, name, context);
  if (list?.kind !== 'index') return { name, digest, isFor, members: undefined };
  report.count('manifests', list.descriptor.size, list.descriptor.size);
  for (const { error } of list.unread) report.add('child-malformed', error.message, about);
  const members = new Set<Digest>();
  const limit = limiter(32);
  await Promise.all(
    list.content.manifests.map((member) =>
      limit(async () => {
        const isKnown = members.has(member.digest);
        members.add(member.digest);
        if (isKnown) return report.add('list-twice', `list ${name} names ${member.digest} twice`, about);
        const compare = ({ entry, subject }: Fact): readonly Fault[] => {
          if (subject === undefined || !isFor(subject.digest))
            return [['list-other-subject', `list ${name} names ${entry.digest}, which has another subject`]];
          if (mendedMember(member, { entry, subject }) === member) return [];
          return [['list-differs', `list ${name} contradicts the manifest ${entry.digest}`]];
        };
        await graph.visit(member, { holder: `list ${name}`, missing: 'list-names-nothing', what: name, compare });
        return undefined;
      }),
    ),
  );
  return { name, digest, isFor, members };
}

/** Reports referrers that are missing in a list of their subject, after all manifests were visited. */
export function checkLacking(lists: readonly ReferrersList[], { report, graph }: ListCheckContext): void {
  const bySubject = new Map<Digest, Digest[]>();
  for (const { entry, subject } of graph.facts.values()) {
    const attached = subject && (bySubject.get(subject.digest) ?? []);
    if (subject === undefined || attached === undefined) continue;
    attached.push(entry.digest);
    bySubject.set(subject.digest, attached);
  }
  for (const { name, digest, isFor, members } of lists)
    for (const [subject, attached] of members !== undefined ? bySubject : [])
      for (const referrer of isFor(subject) ? attached : [])
        if (!members?.has(referrer)) report.add('list-lacks', `list ${name} lacks ${referrer}`, { digest, what: name });
}

/** The name of a layout's list in messages. */
export function listName(entry: Descriptor): string {
  return holderOf(entry) === 'index.json' ? entry.digest : holderOf(entry);
}

async function readList(
  entry: Wanted,
  name: string,
  { source, report, fetcher, signal }: ListCheckContext,
): Promise<Manifest | undefined> {
  const { digest } = entry;
  try {
    const list = await readManifest(source, entry, { signal });
    if (entry.size !== undefined && entry.size !== list.descriptor.size)
      report.add('entry-size', `${name} says that ${digest} has ${entry.size} bytes, it has ${list.descriptor.size}`, {
        digest,
        what: name,
      });
    return list;
  } catch (error) {
    if (faultOf(error) === undefined) {
      report.unread(`list ${name}`, error);
      return undefined;
    }
    const message = `list ${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const fetched = await fetcher?.manifest(digest);
    if (fetched === undefined) report.add('list-unreadable', message, { digest, what: name });
    else report.fetched('list-unreadable', message, { digest, what: name });
    return fetched;
  }
}
