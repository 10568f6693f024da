import { isRemoraError, RemoraError } from '../errors.js';
import { Annotation } from '../oci/annotations.js';
import type { Descriptor } from '../oci/descriptor.js';
import type { CallOptions, Store } from '../store/store.js';
import { type DiscoveredNode, discover } from './discover.js';
import { runAll, sharedSignal } from './run-all.js';

/** Which attached artifacts are meant. */
export interface Selection {
  /** Only this type. @default any */
  readonly artifactType?: string | undefined;
  /** The one with the newest `org.opencontainers.image.created`. @default false */
  readonly latest?: boolean | undefined;
  /** All that match. @default false: exactly one must match */
  readonly all?: boolean | undefined;
}

/**
 * Chooses among what is attached to `subject`. What is attached to it directly comes first; what hangs below that is
 * looked at only when nothing direct matches.
 *
 * @throws RemoraError `NO_MATCH` (with the types that there are), `AMBIGUOUS` (with the matches), and when a place could
 *   not be asked: a choice among half of the list is no choice
 */
export async function choose(
  store: Store,
  subject: Descriptor,
  selection: Selection,
  options: CallOptions = {},
): Promise<readonly Descriptor[]> {
  const direct: Descriptor[] = [];
  const signal = sharedSignal(options.signal);
  for await (const { descriptor } of store.referrers(subject, { signal })) direct.push(descriptor);
  const matching = direct.filter((descriptor) => isWanted(descriptor, selection));
  const found = matching.length > 0 ? matching : await deeper(store, subject, direct, selection, options);
  if (selection.all || found.length === 1) return found;
  return [
    selection.latest
      ? newest(store, found)
      : ambiguous(store, found, 'Choose with --latest, take --all, or name a digest'),
  ];
}

function isWanted(descriptor: Descriptor, { artifactType }: Selection): boolean {
  return artifactType === undefined || descriptor.artifactType === artifactType;
}

async function deeper(
  store: Store,
  subject: Descriptor,
  direct: readonly Descriptor[],
  selection: Selection,
  options: CallOptions,
): Promise<readonly Descriptor[]> {
  const { artifactType } = selection;
  const look = (descriptor: Descriptor, signal: AbortSignal) => discover(store, descriptor, { signal });
  const below = await runAll(direct, look, { ...options, concurrency: 16 });
  const failure = below.map((discovery) => discovery.failure).find((error) => error !== undefined);
  if (failure !== undefined)
    throw isRemoraError(failure) ? failure : new RemoraError('IO', String(failure), { cause: failure });
  const deep = below.flatMap(({ result }) => flatten(result.referrers));
  const all = [...direct, ...deep];
  const found = deep.filter((node) => isWanted(node, selection));
  if (found.length > 0) return found;
  const types = [...new Set(all.map((node) => node.artifactType ?? node.mediaType))];
  const what = artifactType === undefined ? 'nothing attached' : `nothing of type ${artifactType} attached`;
  throw new RemoraError('NO_MATCH', `${store.format({ digest: subject.digest })} has ${what}`, {
    ...(artifactType === undefined ? {} : { expected: artifactType }),
    candidates: types,
    hint:
      types.length === 0
        ? 'Nothing is attached to it; check the digest, or the platform with --platform'
        : `It has ${types.join(', ')}`,
  });
}

function flatten(nodes: readonly DiscoveredNode[]): readonly DiscoveredNode[] {
  return nodes.flatMap((node) => [node, ...flatten(node.referrers)]);
}

/** Undated ones could be newer or older: that is no choice to make for anybody. */
function newest(store: Store, found: readonly Descriptor[]): Descriptor {
  const dated = found.map((descriptor) => ({
    descriptor,
    time: Date.parse(descriptor.annotations?.[Annotation.created] ?? ''),
  }));
  if (dated.some(({ time }) => Number.isNaN(time))) {
    return ambiguous(store, found, `Some have no ${Annotation.created}: name a digest, or take --all`);
  }
  const latest = Math.max(...dated.map(({ time }) => time));
  const winners = dated.filter(({ time }) => time === latest).map(({ descriptor }) => descriptor);
  return winners.length === 1 && winners[0]
    ? winners[0]
    : ambiguous(store, winners, 'They have the same date: name a digest, or take --all');
}

function ambiguous(store: Store, found: readonly Descriptor[], hint: string): never {
  const candidates = found.map(({ digest, artifactType, annotations }) =>
    [store.format({ digest }), artifactType, annotations?.[Annotation.created]].filter((part) => part).join('  '),
  );
  throw new RemoraError('AMBIGUOUS', `${found.length} attached artifacts match, wanted one`, { candidates, hint });
}
