import { RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { formatPlace, type Place } from '../../oci/names/place.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import type { ManifestSelector, Source } from '../../store/interfaces/store.js';
import { openArchiveWriter, openSource } from '../../store/open.js';
import { type ElsewhereOptions, registryOf, withAttached, withoutSecrets } from '../places/elsewhere.js';
import { type AccessOptions, type Location, resolveLocation, type Stored, withStore } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { settled } from '../places/settled.js';
import { trustToUse, type UseOptions } from '../verified/options.js';
import { CopyAhead } from './ahead.js';
import { plannedCopy } from './dry-run.js';
import { copyIntoArchive } from './into-archive.js';
import { copyIntoStore, type IntoStoreOptions } from './into-store.js';
import { countingLeft } from './left-behind.js';
import { type CopyDestination, type CopyTarget, copyLocations } from './locations.js';
import { type CopyPlan, type CopyVolume, type PlanCopyOptions, type TagThere, volumeOf } from './plan.js';
import { planCopy } from './plan-copy.js';
import { type CopyNames, copyRoots } from './roots.js';
import type { CopyResult } from './schema.js';

/** How a copy reaches its source or its destination. */
export type SideAccess = Pick<AccessOptions, 'credentials' | 'connection'>;

/** Options of {@link copy}. */
export interface CopyOptions
  extends AccessOptions,
    ElsewhereOptions,
    UseOptions,
    Pick<PlanCopyOptions, 'recursive' | 'selection' | 'convert'>,
    Pick<IntoStoreOptions, 'assumeComplete' | 'settle' | 'concurrency' | 'onProgress' | 'onObject'> {
  /** How the source is reached. @default `credentials` and `connection` */
  readonly from?: SideAccess | undefined;
  /** How the destination is reached. @default `credentials` and `connection` */
  readonly to?: SideAccess | undefined;
  /** Copy these tags; neither side may name a tag or digest then. @default the name in the source's reference */
  readonly names?: CopyNames | undefined;
  /** Select this child of an index, like `linux/arm64`; its digest stays. @default the index, with all children */
  readonly platform?: string | Platform | undefined;
  /** Replace an archive that exists. @default false */
  readonly overwrite?: boolean | undefined;
  /**
   * Leave tags of the destination that name other manifests: they stay, and `kept` names them. An archive that exists is
   * an error, as ever. @default they are moved
   */
  readonly noClobber?: boolean | undefined;
  /** Write nothing, and return the result that the copy would have. @default false */
  readonly dryRun?: boolean | undefined;
  /** Count the attachments that a copy without `recursive` leaves behind, while it runs. @default false */
  readonly countLeft?: boolean | undefined;
  /** Called once, after all manifests of the source were read and before the first blob moves. */
  readonly onPlan?: ((volume: CopyVolume) => void) | undefined;
}

/**
 * Copies an artifact or tags between any two places, and their attachments with `recursive`. Digests never change.
 *
 * Blobs go first and tags last, so that readers of the destination see complete artifacts (distribution-spec, "Pushing
 * Manifests"). The same call continues a copy that was interrupted. A layout is created when the source was found.
 *
 * @param source `host/repo:tag`, `oci:PATH:TAG`, a place, or an open store
 * @param destination the same, or with several tags `host/repo:v1,latest`; without a tag those of the source
 * Of several roots, one that cannot be read or written stays behind, and so does an attachment of theirs: `incomplete`
 * names them, and the others are copied.
 *
 * @returns the roots and tags in the destination, and each blob and manifest with its outcome
 * @throws RemoraError `INVALID_ARGUMENT`, `NOT_FOUND`, `NO_MATCH` (platform or tag), `NOT_VERIFIED`, `CHANGED` (the destination names
 *   another digest), `EXISTS` (archive), `AMBIGUOUS` (several manifests would get one tag), `INCOMPLETE` (it is unknown
 *   what is attached), and as the stores; after any failure no tag names new content
 */
export async function copy(source: Location, destination: CopyTarget, options: CopyOptions = {}): Promise<CopyResult> {
  const { signal, dryRun, overwrite, assumeComplete, noClobber } = options;
  checkConvert(options);
  const { from, to } = copyLocations(source, destination, options.names !== undefined);
  const platform = platformOf(options.platform);
  const verifyWith = trustToUse(options);
  const access = sideAccess(options, options.to);
  const copied = async (store: Source, selector: ManifestSelector): Promise<CopyResult> => {
    const planBy = (how: Pick<PlanOptions, 'ahead' | 'tagThere'>) =>
      planned(store, selector, to, { ...options, platform, verifyWith, ...how });
    const plan = () => (noClobber ? withTags(to, access, (tagThere) => planBy({ tagThere })) : planBy({}));
    // A bad path of an archive is reported before anything is fetched.
    const archive = 'path' in to.at && to.kind === 'archive' && (await openArchiveWriter(to.at.path, { overwrite }));
    const counted = (found: CopyPlan, work: Promise<CopyResult>) =>
      countsLeft(options) ? countingLeft(store, found, { signal, maxItems: options.maxItems }, work) : work;
    if (dryRun || archive) {
      const found = await plan();
      return counted(
        found,
        archive && !dryRun ? copyIntoArchive(store, archive, found, options) : dryRunAt(to, found, access),
      );
    }
    if (to.kind === 'layout') {
      const found = await plan();
      return withStore(to.at, { ...access, create: true }, (into) =>
        counted(found, copyIntoStore(store, into, found, options)),
      );
    }
    // Opening a registry sends no request; it is asked while the source is read.
    return withStore(to.at, access, async (into) => {
      const ahead = new CopyAhead(into, { signal, assumeComplete });
      const found = await planBy({ ahead, ...(noClobber && { tagThere: (tag) => ahead.tagged(tag) }) });
      const how = { ...options, ahead, mountFrom: mountFrom(from, to.at) };
      return counted(found, copyIntoStore(store, into, found, how));
    });
  };
  const reading = { ...sideAccess(options, options.from), ...elsewhereAccess(options, from, to) };
  return withAttached(from, reading, (store, selector) =>
    settled(store, () => copied(store, selector), {
      signal,
      // An archive that was written is not written over.
      lacks: ({ incomplete = [] }) =>
        to.kind !== 'archive' && incomplete.some(({ error }) => error.code === 'NOT_FOUND'),
    }),
  );
}

function checkConvert({ convert, recursive, selection }: CopyOptions): void {
  if (convert && !recursive && selection === undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'convert is given, and no attachments are copied', {
      hint: 'Copy them as well, with --recursive',
    });
}

function countsLeft({ countLeft, recursive, selection }: CopyOptions): boolean {
  return countLeft === true && !recursive && selection === undefined;
}

type PlanOptions = PlanCopyOptions & Pick<CopyOptions, 'names' | 'onPlan'>;

async function planned(
  source: Source,
  from: ManifestSelector,
  to: CopyDestination,
  options: PlanOptions,
): Promise<CopyPlan> {
  const recursive = options.recursive || options.selection !== undefined;
  const roots = await copyRoots(source, from, to, { ...options, recursive });
  const plan = await planCopy(source, roots, { ...options, recursive });
  options.onPlan?.(volumeOf(plan));
  return plan;
}

async function dryRunAt(to: CopyDestination, plan: CopyPlan, access: AccessOptions): Promise<CopyResult> {
  const { signal } = access;
  const { at } = to;
  const format: Source['format'] = (selector) =>
    'store' in at ? at.store.format(selector) : formatPlace(at, selector);
  return withDestination(to, access, (store) => plannedCopy(store, format, plan, { signal }));
}

/** Plans with the tags that the destination has. */
function withTags<T>(to: CopyDestination, access: AccessOptions, use: (tagThere: TagThere) => Promise<T>): Promise<T> {
  const { signal } = access;
  return withDestination(to, access, (store) => use(async (tag) => (await store?.findTag(tag, { signal }))?.digest));
}

/** Opens the destination for reading; undefined for an archive, and where it does not exist yet: both are empty. */
async function withDestination<T>(
  { at, kind }: CopyDestination,
  { connection, credentials, session, signal }: AccessOptions,
  use: (store: Source | undefined) => Promise<T>,
): Promise<T> {
  if ('store' in at) return use(at.store);
  const open = () => openSource(at, given({ ...connection, credentials, session, signal }));
  const store = kind === 'archive' ? undefined : await orUndefined(open(), 'NOT_FOUND');
  try {
    return await use(store);
  } finally {
    await store?.close();
  }
}

function sideAccess(options: AccessOptions, side?: SideAccess): AccessOptions {
  const { signal, session, credentials, connection, maxUnpackedBytes } = options;
  return { signal, session, maxUnpackedBytes, ...(side ?? { credentials, connection }) };
}

/** The secrets of a side are for the place of attachments if that is in its registry, or if no side is in one. */
function elsewhereAccess(options: CopyOptions, from: Place | Stored, { at }: CopyDestination): ElsewhereOptions {
  const { referrersIn, credentials, connection, to = { credentials, connection } } = options;
  const registry = referrersIn && registryOf(resolveLocation(referrersIn));
  const isOfDestination = registry !== undefined && registry !== registryOf(from) && registry === registryOf(at);
  const isOfNone = registryOf(from) === undefined && registryOf(at) !== undefined;
  const access = isOfDestination ? to : isOfNone ? { connection: withoutSecrets(connection) } : undefined;
  return given({ referrersIn, referrersInAccess: options.referrersInAccess ?? access });
}

/** The repository that blobs can be mounted from: of the same registry. */
export function mountFrom(from: Place | Stored, to: Place | Stored): string | undefined {
  if ('store' in from || 'store' in to || from.kind !== 'registry' || to.kind !== 'registry') return undefined;
  return from.registry === to.registry ? from.repository : undefined;
}
