import { runAll } from '../../io/async/run-all.js';
import { given } from '../../oci/values/given.js';
import type { Platform } from '../../oci/values/platform.js';
import { isIngester } from '../../store/interfaces/abilities.js';
import type { Store, WriteResult } from '../../store/interfaces/store.js';
import { putIntoIndex, requireIndexes } from '../index/put-into-index.js';
import { dryRunResult } from '../pack/dry-run.js';
import { type ExportOptions, exportingManifest } from '../pack/export-manifest.js';
import type { FileInput } from '../pack/inputs.js';
import { discardContents, packedResult, packPlan, writeContents } from '../pack/pack.js';
import { discardInputs, type PackingOptions, recognisePacking } from '../pack/packing.js';
import { manifestOf, type PackOptions, type PackPlan, planPack, readContents } from '../pack/plan.js';
import type { DryRunResult } from '../pack/schema.js';
import { type AccessOptions, type Location, withStore } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { versionedTarget } from '../places/versioned-target.js';
import { withHidden } from '../results/hidden.js';
import { tagsFor } from './packed-tags.js';
import type { PushResult } from './schema.js';

/** Options of {@link push}. */
export interface PushOptions extends PackOptions, PackingOptions, AccessOptions, ExportOptions {
  /** Tags in addition to those of the target. @default none: a chart has its version, all else is found by its digest */
  readonly tags?: readonly string[] | undefined;
  /** Put the artifact into the index of each tag, for this platform, beside those of others. @default tags name it alone */
  readonly platform?: string | Platform | undefined;
  /** `true` packs without opening the target, and returns a {@link DryRunResult}. @default false */
  readonly dryRun?: false | undefined;
}

type MaybePushOptions = Omit<PushOptions, 'dryRun'> & { readonly dryRun?: boolean | undefined };

/**
 * Packs files into an artifact and writes it: blobs first, the manifest last (distribution-spec, "Pushing Manifests"). A
 * missing layout is created.
 *
 * All files are checked before a byte is written; equal input gives an equal digest. A Helm chart is packed as Helm wants
 * it, see `as`.
 *
 * @param target `host/repo:v1,latest`, `oci:PATH:v1`, a place, or an open store
 * @param files paths, or files with types and annotations
 * @returns the descriptor of the manifest, its tags and layers; sizes are in bytes
 * @throws RemoraError `NOT_FOUND`, `IO`, `INVALID_ARGUMENT`, `CHANGED` (a file was written to meanwhile), and as the store
 */
export async function push(
  target: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybePushOptions & { readonly dryRun: true },
): Promise<DryRunResult>;
export async function push(
  target: Location<Store>,
  files: readonly (string | FileInput)[],
  options?: PushOptions,
): Promise<PushResult>;
export async function push(
  target: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybePushOptions,
): Promise<PushResult | DryRunResult>;
export async function push(
  target: Location<Store>,
  files: readonly (string | FileInput)[],
  options: MaybePushOptions = {},
): Promise<PushResult | DryRunResult> {
  const to = versionedTarget(target);
  // A malformed one is told in a dry run as well.
  const platform = platformOf(options.platform);
  // A missing file, and one that is refused, is reported before a layout is created.
  const plan = await recognisePacking(await planPack(files, options), options);
  try {
    const tags = tagsFor(plan.packed, to, options);
    if (options.dryRun) return await dryRunResult(await packPlan(plan, options), options);
    return await exportingManifest(options, () =>
      withStore(to.at, { ...options, create: true }, (store) => pushPlan(store, plan, { ...options, tags, platform })),
    );
  } finally {
    discardInputs(plan);
  }
}

async function pushPlan(
  store: Store,
  plan: PackPlan,
  options: MaybePushOptions & { readonly tags: readonly string[]; readonly platform: Platform | undefined },
): Promise<PushResult> {
  const { tags, signal, platform } = options;
  if (platform !== undefined) await requireIndexes(store, tags, { signal });
  const contents = await readContents(plan, options, { into: isIngester(store) ? store : undefined });
  try {
    const manifest = manifestOf(plan, contents);
    let written: ReadonlyMap<string, WriteResult> = new Map();
    const write = async (shared: AbortSignal) => {
      written = await writeContents(store, contents, { ...options, signal: shared });
    };
    const prepare = (shared: AbortSignal) => store.prepareManifest(manifest, { signal: shared });
    await runAll([write, prepare], async (task, shared) => void (await task(shared)), { signal });
    const put = async () => ({ ...(await store.putManifest(manifest, { tags, signal })), index: undefined });
    const putInto = (of: Platform) => putIntoIndex(store, manifest, tags, of, { signal });
    const { result, index } = await (platform === undefined ? put() : putInto(platform));
    const packed = packedResult(store, manifest, contents, written, { result, tags });
    return withHidden(given({ ...packed, index }), { manifest });
  } finally {
    await discardContents(contents);
  }
}
