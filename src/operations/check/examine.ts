import pLimit from 'p-limit';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { hasInventory, isMender } from '../../store/interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { Transfer } from '../pack/plan.js';
import { checkAttached } from './attached.js';
import { BlobCheck } from './content/blobs.js';
import { Fetcher } from './content/fetch.js';
import { GraphCheck } from './content/graph.js';
import type { Wanted } from './content/read-manifest.js';
import { checkWholeLayout } from './layout/layout.js';
import { CheckReport } from './report/report.js';
import type { CheckResult } from './schema.js';

/** Options of {@link examine}. */
export interface ExamineOptions extends CallOptions {
  /** Check all that is attached as well. A layout as a whole has everything in any case. @default false */
  readonly recursive?: boolean | undefined;
  /** Read and hash blobs; without it presence and size are checked. @default true, in a registry false */
  readonly deep?: boolean | undefined;
  /** Where missing and damaged content is brought back from; only for layouts. @default nowhere */
  readonly fetchFrom?: Source | undefined;
  /** Bring nothing back, and say what would be. @default false */
  readonly dryRun?: boolean | undefined;
  /** Blobs and manifests that are looked at at a time. @default 8, in a registry 16 */
  readonly concurrency?: number | undefined;
  /** Called again and again while blobs are read. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
}

/** What a check found, and what a repair needs to know of it. */
export interface Examination {
  readonly result: CheckResult;
  /** The digests that manifests name as their subjects, there or not: a list is rebuilt for each of them. */
  readonly subjects: ReadonlySet<Digest>;
}

/** Checks a graph or a whole layout, and repairs nothing but what `fetchFrom` has. */
export async function examine(
  source: Source,
  selector: ManifestSelector = {},
  options: ExamineOptions = {},
): Promise<Examination> {
  const { signal, onProgress } = options;
  const deep = options.deep ?? source.kind !== 'registry';
  const report = new CheckReport(source);
  const fetcher = fetcherOf(source, report, options);
  const limit = pLimit(options.concurrency ?? (source.kind === 'registry' ? 16 : 8));
  const blobs = new BlobCheck(source, report, {
    deep,
    limit,
    fetcher,
    signal,
    onProgress: onProgress && ((digest, bytes, total) => onProgress({ name: digest, bytes, total, phase: 'read' })),
  });
  const graph = new GraphCheck(source, report, blobs, { deep, limit, fetcher, signal });
  const isWhole = hasInventory(source) && selector.tag === undefined && selector.digest === undefined;
  const root = isWhole ? undefined : await rootOf(source, selector, { signal });
  if (root === undefined) {
    if (hasInventory(source)) await checkWholeLayout({ source, report, graph, blobs, deep, fetcher, signal });
  } else {
    const found = await graph.visit(root, { holder: source.format(selector), missing: 'manifest-missing' });
    const subject: Descriptor = found?.entry ?? { mediaType: MediaType.imageManifest, size: 0, ...root };
    if (options.recursive) await checkAttached(subject, { source, report, graph, fetcher, signal });
    await graph.checkSubjects();
  }
  const fixed = report.repaired;
  return {
    result: given({
      reference: source.format(given({ digest: root?.digest })),
      digest: root?.digest,
      checked: report.checked,
      deep,
      findings: report.findings,
      fixed: fixed.length > 0 || fetcher !== undefined ? fixed : undefined,
      incomplete: report.account.incomplete,
      dryRun: options.dryRun || undefined,
    }),
    subjects: new Set([...graph.facts.values()].flatMap(({ subject }) => subject?.digest ?? [])),
  };
}

function fetcherOf(source: Source, report: CheckReport, options: ExamineOptions): Fetcher | undefined {
  const { fetchFrom, dryRun, signal } = options;
  if (fetchFrom === undefined) return undefined;
  if (!isMender(source))
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `${source.format({})} is no layout directory: nothing is brought back there`,
      {
        hint: 'Check a layout like oci:./layout; copy brings content into a registry',
      },
    );
  return new Fetcher(source, fetchFrom, {
    signal,
    dryRun,
    onUnasked: (place, error) => report.unread(place, error),
  });
}

/** What a tag or a digest names: known without reading it, so that what is wrong with it is a finding. */
async function rootOf(source: Source, selector: ManifestSelector, { signal }: CallOptions): Promise<Wanted> {
  const { tag, digest } = selector;
  if (digest !== undefined && tag === undefined) {
    // A registry knows its size and type, which its manifest must have.
    if (source.kind !== 'registry' && (await source.blobSize(digest, { signal })) !== undefined) return { digest };
    return source.resolve(selector, { signal });
  }
  const named = tag === undefined ? undefined : await source.findTag(tag, { signal });
  if (named === undefined || (digest !== undefined && named.digest !== digest))
    return source.resolve(selector, { signal });
  return named;
}
