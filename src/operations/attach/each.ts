import { errorFields, isRemoraError, RemoraError } from '../../errors.js';
import { handled } from '../../io/async/handled.js';
import { isInterruption } from '../../io/async/interrupt.js';
import { runAll } from '../../io/async/run-all.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { given } from '../../oci/values/given.js';
import { isIngester, isLister } from '../../store/interfaces/abilities.js';
import type { CallOptions, ManifestSelector, Source, Store } from '../../store/interfaces/store.js';
import { dryRunResult } from '../pack/dry-run.js';
import type { FileInput } from '../pack/inputs.js';
import { discardContents, writeContents } from '../pack/pack.js';
import { type Contents, manifestOf, type PackPlan, planPack, readContents } from '../pack/plan.js';
import { recogniseInputs } from '../pack/recognise.js';
import type { DryRunResult } from '../pack/schema.js';
import { resultFields } from '../results/manifest-fields.js';
import type { ManifestSigner } from '../sign/manifest-signer.js';
import type { MaybeAttachOptions } from './options.js';
import { planPlatforms, platformInputs } from './platform-files.js';
import { putAttachment } from './put-attachment.js';
import type { AttachEachDryRunResult, AttachEachResult, AttachResult } from './schema.js';
import { findTargets, noPlatforms, platformText, type Target, type Targets, withPlatforms } from './targets.js';

type SigningEach = MaybeAttachOptions & { readonly signer: ManifestSigner | undefined };

/** Files that are recognised, and all that they are attached to. */
interface Group {
  readonly plan: PackPlan;
  readonly targets: readonly Target[];
}

interface Read extends Group {
  readonly contents: Contents;
}

interface Plan {
  readonly groups: readonly Group[];
  readonly found: Targets;
  readonly unknown: readonly Target[];
}

/** Subjects that are written at a time. */
const CONCURRENCY = 4;

/** Attaches files of its own to each platform, or the same files to several subjects. All files are read before the first write. */
export async function attachEach(
  source: Source,
  selector: ManifestSelector,
  store: Store,
  files: readonly (string | FileInput)[],
  options: SigningEach,
): Promise<AttachEachResult> {
  const plan = await planEach(source, selector, files, options);
  if (isLister(store)) store.expectListing(options);
  const read: Read[] = [];
  try {
    for (const group of plan.groups) {
      const into = isIngester(store) ? store : undefined;
      read.push({ ...group, contents: await readContents(group.plan, options, { into }) });
    }
    const jobs = read.flatMap(({ targets, ...group }) => {
      const written = lazily(() => writeContents(store, group.contents, options));
      return targets.map((target) => ({ target, ...group, written }));
    });
    const done: string[] = [];
    const known = new Map<string, AttachResult>();
    const put = async ({ target, written, ...content }: (typeof jobs)[number], signal: AbortSignal) => {
      try {
        const key = contentKey(target, content);
        const result =
          known.get(key) ??
          (await putAttachment(
            source,
            store,
            target.descriptor,
            { ...content, written: written() },
            { ...options, signal },
          ));
        known.set(key, result);
        done.push(nameOf(target));
        return { ...platformText(target), ...result };
      } catch (error) {
        throw failedAt(target, error, done);
      }
    };
    const inTurn = async (own: readonly (typeof jobs)[number][], signal: AbortSignal) => {
      const results: Awaited<ReturnType<typeof put>>[] = [];
      for (const job of own) results.push(await put(job, signal));
      return results;
    };
    const running = { signal: options.signal, concurrency: CONCURRENCY };
    const attachments = await runAll(bySubject(jobs), inTurn, running);
    return { ...describe(source, selector, plan), attachments: attachments.flat() };
  } finally {
    await Promise.all(read.map(({ contents }) => discardContents(contents)));
  }
}

/** The manifests that {@link attachEach} would write. */
export async function planAttachEach(
  source: Source,
  selector: ManifestSelector,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions,
): Promise<AttachEachDryRunResult> {
  const plan = await planEach(source, selector, files, options);
  const attachments: AttachEachDryRunResult['attachments'][number][] = [];
  const known = new Map<string, DryRunResult>();
  for (const { plan: packed, targets } of plan.groups) {
    const contents = await readContents(packed, options, { describeOnly: true });
    const layers = contents.layers.map(({ descriptor }) => descriptor);
    for (const target of targets) {
      const key = contentKey(target, { plan: packed, contents });
      const manifest = manifestOf(packed, contents, target.descriptor);
      const result = known.get(key) ?? (await dryRunResult({ manifest, layers }, {}));
      known.set(key, result);
      attachments.push({ ...platformText(target), ...result });
    }
  }
  return { dryRun: true, ...describe(source, selector, plan), attachments };
}

/** The subject and the content of an attachment, without names of files: platforms that share a manifest may share one. */
function contentKey({ descriptor }: Target, { plan, contents: { layers, config } }: Omit<Read, 'targets'>): string {
  const types = layers.map((layer) => [layer.descriptor.mediaType, layer.descriptor.digest]);
  return JSON.stringify([descriptor.digest, plan.artifactType, config?.descriptor.digest, types]);
}

/** Jobs of one subject together: they would write its list at the same time. */
function bySubject<J extends { readonly target: Target }>(jobs: readonly J[]): readonly (readonly J[])[] {
  const groups = new Map<string, J[]>();
  for (const job of jobs) {
    const { digest } = job.target.descriptor;
    groups.set(digest, [...(groups.get(digest) ?? []), job]);
  }
  return [...groups.values()];
}

async function planEach(
  source: Source,
  selector: ManifestSelector,
  files: readonly (string | FileInput)[],
  options: MaybeAttachOptions,
): Promise<Plan> {
  if (!options.eachPlatform) {
    const checked = await planPack(files, options);
    const found = await findTargets(source, selector, options);
    const targets = await presentTargets(source, chosen(found, options.to), options);
    const plan = await recogniseInputs(checked, options, { required: true });
    return { groups: [{ plan, targets }], found, unknown: [] };
  }
  const inputs = platformInputs(files);
  const found = await findTargets(source, selector, options);
  const { known, unknown } = await withPlatforms(source, found.platforms, options);
  if (known.length === 0) throw noPlatforms(source, selector);
  const groups = await planPlatforms(await presentTargets(source, known, options), inputs, options);
  return { groups, found, unknown };
}

/**
 * Targets as the place itself describes them, each of which is there: an index may name manifests that were not copied
 * along, and tell another size.
 */
function presentTargets<T extends Target>(
  source: Source,
  targets: readonly T[],
  options: CallOptions,
): Promise<readonly T[]> {
  const ask = async (target: T, signal: AbortSignal): Promise<T> => {
    try {
      return { ...target, descriptor: await source.resolve({ digest: target.descriptor.digest }, { signal }) };
    } catch (error) {
      throw failedAt(target, error);
    }
  };
  return runAll(targets, ask, { signal: options.signal, concurrency: CONCURRENCY });
}

function chosen({ root, platforms }: Targets, to: MaybeAttachOptions['to']): readonly Target[] {
  if (to !== 'both' || root === undefined) return platforms;
  return [{ descriptor: root }, ...platforms.filter(({ descriptor }) => descriptor.digest !== root.digest)];
}

function describe(source: Source, selector: ManifestSelector, { found, unknown }: Plan) {
  const shown = ({ descriptor }: Target) => resultFields(source, plain(descriptor));
  return {
    reference: source.format(found.root ?? selector),
    ...given({ subject: found.root && resultFields(source, plain(found.root)) }),
    ...given({ withoutPlatform: unknown.length === 0 ? undefined : unknown.map(shown) }),
  };
}

/** The entry of an index without its platform and annotations. */
function plain({ mediaType, digest, size, artifactType }: Descriptor): Descriptor {
  return given({ mediaType, digest, size, artifactType });
}

function nameOf(target: Target): string {
  return platformText(target).platform ?? target.descriptor.digest;
}

/** Asks when it is first called, and gives the same answer afterwards. */
function lazily<T>(work: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    started ??= handled(work());
    return started;
  };
}

/** The failure of one of several, which says where it was, and that the others stay attached. */
function failedAt(target: Target, error: unknown, done: readonly string[] = []): unknown {
  if (!isRemoraError(error) || isInterruption(error)) return error;
  const { code, expected, found, status, codes, candidates, cause } = error;
  const { message, hint } = errorFields(error);
  const kept = done.length === 0 ? '' : `; attached already: ${done.join(', ')}`;
  return new RemoraError(code, `${nameOf(target)}: ${message}${kept}`, {
    ...given({ expected, found, status, codes, candidates, hint }),
    cause: cause ?? error,
  });
}
