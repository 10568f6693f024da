import pLimit from 'p-limit';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { MediaType } from '../../oci/values/media-types.js';
import { hasInventory, isMender } from '../../store/interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { Unasked } from '../attached/account.js';
import type { Transfer } from '../pack/plan.js';
import { checkAttached } from './attached.js';
import { BlobCheck } from './content/blobs.js';
import { Fetcher } from './content/fetch.js';
import { GraphCheck } from './content/graph.js';
import type { Wanted } from './content/read-manifest.js';
import { checkWholeLayout } from './layout/layout.js';
import type { Finding } from './report/findings.js';
import { type Checked, CheckReport } from './report/report.js';

export { FINDINGS, type Finding, type FindingCode, type Severity } from './report/findings.js';
export type { Checked } from './report/report.js';

/** Options of {@link check}. */
export interface CheckOptions extends CallOptions {
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

/** What a check found. Without errors in `findings`, and with an empty `incomplete`, what was checked is whole. */
export interface CheckResult {
  readonly reference: string;
  /** Of what was asked for; absent for a layout as a whole. */
  readonly digest?: Digest;
  readonly checked: Checked;
  /** Blobs were read and hashed, else only their presence and size is known. */
  readonly deep: boolean;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** What was found and is no more: brought back from another place, or repaired. In a dry run: would be. */
  readonly fixed?: readonly Finding[];
  /** What could not be read or asked: nobody knows whether it is whole. */
  readonly incomplete: readonly Unasked[];
  /** Nothing was changed. */
  readonly dryRun?: true;
}

/** What {@link check} gives, and the first failure to ask, for the exit code. */
export interface Checkup {
  readonly result: CheckResult;
  readonly failure: unknown;
  /** What things are attached to, there or not: a list is rebuilt for each of them. */
  readonly subjects: ReadonlySet<Digest>;
}

/**
 * Checks that a graph, or a whole layout, is there, is what its digests say, and keeps to the specifications. Every finding
 * has a stable code. Content streams through; what is kept of a manifest is its entry in lists.
 *
 * Without tag and digest a layout, an archive or a directory is checked as a whole.
 *
 * @throws RemoraError `NOT_FOUND` (tag), `AMBIGUOUS`, `CHANGED`, `INVALID_ARGUMENT`, `INTERRUPTED`, and what a registry
 * answers to the name itself
 */
export async function check(
  source: Source,
  selector: ManifestSelector = {},
  options: CheckOptions = {},
): Promise<Checkup> {
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
    result: {
      reference: source.format(root === undefined ? {} : { digest: root.digest }),
      ...(root === undefined ? {} : { digest: root.digest }),
      checked: report.checked,
      deep,
      findings: report.findings,
      ...(fixed.length > 0 || fetcher !== undefined ? { fixed } : {}),
      incomplete: report.account.incomplete,
      ...(options.dryRun ? { dryRun: true } : {}),
    },
    failure: report.account.failure,
    subjects: new Set([...graph.facts.values()].flatMap(({ subject }) => subject?.digest ?? [])),
  };
}

function fetcherOf(source: Source, report: CheckReport, options: CheckOptions): Fetcher | undefined {
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
