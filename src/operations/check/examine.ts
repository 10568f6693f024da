import { RemoraError } from '../../errors.js';
import { throwIfInterrupted } from '../../io/async/interrupt.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { limiter } from '../../io/async/run-all.js';
import type { UnpackLimitOptions } from '../../io/compression/unpack-limit.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import type { Digest } from '../../oci/values/digest.js';
import { given } from '../../oci/values/given.js';
import { MediaType } from '../../oci/values/media-types.js';
import { hasInventory, isMender } from '../../store/interfaces/inventory.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import type { Transfer } from '../transfer/transfer.js';
import { checkAttached } from './attached.js';
import { BlobCheck } from './content/blobs.js';
import { Fetcher } from './content/fetch.js';
import { GraphCheck } from './content/graph.js';
import type { Wanted } from './content/read-manifest.js';
import { checkWholeLayout } from './layout/layout.js';
import type { FindingCode } from './report/findings.js';
import { CheckReport } from './report/report.js';
import type { Finding } from './report/schema.js';
import type { CheckResult } from './schema.js';

/** Options of {@link examine}. */
export interface ExamineOptions extends CallOptions, UnpackLimitOptions {
  /** Check attachments at every depth, too. A check of a whole layout always does. @default false */
  readonly recursive?: boolean | undefined;
  /** Read and hash blobs; else only presence and size are checked. @default true, in a registry false */
  readonly deep?: boolean | undefined;
  /** Fetch missing and damaged content of a layout from here. @default none */
  readonly fetchFrom?: Source | undefined;
  /** Change no file, and tell what would be fetched or repaired. @default false */
  readonly dryRun?: boolean | undefined;
  /** Number of blobs and manifests that are checked at the same time. @default 8, in a registry 16 */
  readonly concurrency?: number | undefined;
  /** Called repeatedly while blobs are read. */
  readonly onProgress?: ((transfer: Transfer) => void) | undefined;
  /** The most attachments and entries of indexes that are met. @default 100000 */
  readonly maxItems?: number | undefined;
}

/** The result of a check, and the subjects for a repair. */
export interface Examination {
  readonly result: CheckResult;
  /** The digests that manifests name as subjects, present or missing: a repair rebuilds a list for each. */
  readonly subjects: ReadonlySet<Digest>;
}

/** Findings that another process makes as well, when it removes content while a check reads it. */
const DOUBTFUL: readonly FindingCode[] = [
  'blob-missing',
  'manifest-missing',
  'child-missing',
  'entry-missing',
  'tag-missing',
  'list-names-nothing',
  'list-unreadable',
];

/**
 * Checks a graph or a whole layout, and fetches damaged content where `fetchFrom` is given. Missing content is looked for
 * once more from the start, so that it is a finding only where something still names it.
 */
export async function examine(
  source: Source,
  selector: ManifestSelector = {},
  options: ExamineOptions = {},
): Promise<Examination> {
  const first = await examineOnce(source, selector, options);
  const { findings } = first.result;
  const canChange = options.recursive || isWhole(source, selector);
  if (!canChange || !findings.some(({ code }) => DOUBTFUL.includes(code))) return first;
  const { signal, recursive, concurrency, maxUnpackedBytes } = options;
  const again = await orUndefined(
    examineOnce(source, selector, { signal, recursive, concurrency, maxUnpackedBytes, deep: false }),
    'NOT_FOUND',
  );
  const key = ({ code, what, digest }: Finding) => `${code} ${what} ${digest}`;
  const left = new Set(again?.result.findings.map(key));
  const isSure = (finding: Finding) => !DOUBTFUL.includes(finding.code) || left.has(key(finding));
  const result = { ...first.result, findings: again === undefined ? findings : findings.filter(isSure) };
  return { ...first, result };
}

function isWhole(source: Source, { tag, digest }: ManifestSelector): boolean {
  return hasInventory(source) && tag === undefined && digest === undefined;
}

async function examineOnce(source: Source, selector: ManifestSelector, options: ExamineOptions): Promise<Examination> {
  const { signal, maxUnpackedBytes, onProgress } = options;
  const deep = options.deep ?? source.kind !== 'registry';
  const report = new CheckReport(source);
  const fetcher = fetcherOf(source, report, options);
  const limit = limiter(options.concurrency ?? (source.kind === 'registry' ? 16 : 8));
  const blobs = new BlobCheck(source, report, {
    deep,
    limit,
    fetcher,
    signal,
    maxUnpackedBytes,
    onProgress: onProgress && ((digest, bytes, total) => onProgress({ name: digest, bytes, total, phase: 'read' })),
  });
  const whole = isWhole(source, selector);
  // All that a layout's documents name is in its files, whose number is known.
  const items = new ItemLimit(whole ? Number.POSITIVE_INFINITY : options.maxItems);
  const graph = new GraphCheck(source, report, blobs, { deep, limit, fetcher, signal, items });
  const root = whole ? undefined : await rootOf(source, selector, { signal });
  if (root === undefined) {
    if (hasInventory(source)) await checkWholeLayout({ source, report, graph, blobs, deep, fetcher, signal });
  } else {
    const found = await graph.visit(root, { holder: source.format(selector), missing: 'manifest-missing' });
    const subject: Descriptor = found?.entry ?? { mediaType: MediaType.imageManifest, size: 0, ...root };
    if (options.recursive) await checkAttached(subject, { source, report, graph, fetcher, signal, items });
    await graph.checkSubjects();
  }
  // A look at what is left over can end early without a failure.
  throwIfInterrupted(signal);
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
      `${source.format({})} is not a layout directory, wanted one to bring content back into`,
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

/** Resolves the root without reading it, so that damage to it becomes a finding. */
async function rootOf(source: Source, selector: ManifestSelector, { signal }: CallOptions): Promise<Wanted> {
  const { tag, digest } = selector;
  if (digest !== undefined && tag === undefined) {
    // A registry tells size and type, which the manifest is compared with.
    if (source.kind !== 'registry' && (await source.blobSize(digest, { signal })) !== undefined) return { digest };
    return source.resolve(selector, { signal });
  }
  const named = tag === undefined ? undefined : await source.findTag(tag, { signal });
  if (named === undefined || (digest !== undefined && named.digest !== digest))
    return source.resolve(selector, { signal });
  return named;
}
