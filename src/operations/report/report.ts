import { isRemoraError, RemoraError } from '../../errors.js';
import { inOrder } from '../../io/async/in-order.js';
import { interruptedOr, isInterruption } from '../../io/async/interrupt.js';
import { sharedSignal } from '../../io/async/run-all.js';
import { given } from '../../oci/values/given.js';
import type { Session } from '../../store/interfaces/session.js';
import { joinPlaces, openSession } from '../../store/open.js';
import type { Policy } from '../../trust/policy/policy.js';
import { parseRequirement, type Requirement } from '../discover/missing.js';
import { type ElsewhereOptions, elsewhereOf } from '../places/elsewhere.js';
import type { AccessOptions } from '../places/location.js';
import { tagTest } from '../repo/choose-tags.js';
import type { TrustOptions } from '../verify/options.js';
import { ImageAnswers } from './answers.js';
import { type Column, columnOf } from './cells.js';
import { type ExpandOptions, expand, type Item, type Reportable } from './expand.js';
import { OneRegistry } from './one-registry.js';
import { OpenPlaces } from './open-places.js';
import { rowKey } from './row-key.js';
import type { ReportRow } from './schema.js';
import { isInShard, type Shard } from './shard.js';

export type { ReadReference, Reportable } from './expand.js';
export type { ReportCell, ReportRow, ReportState } from './schema.js';
export type { Shard } from './shard.js';

/** Options of {@link report}. */
export interface ReportOptions
  extends Omit<AccessOptions, 'session'>,
    ElsewhereOptions,
    TrustOptions,
    Pick<ExpandOptions, 'tags'> {
  /** The kinds of the columns, like `sbom` or `sbom@spdx`. @default sbom, signature, provenance, vex and scan */
  readonly columns?: readonly (string | Requirement)[] | undefined;
  /** Kinds that each image must have: `missing` of a row names those that it lacks. With a trust, verified ones. @default none */
  readonly require?: readonly (string | Requirement)[] | undefined;
  /** Rules that each image must keep; its trusts are added to `trust`. @default none */
  readonly policy?: Policy | undefined;
  /** Only this share of the references. @default all */
  readonly shard?: Shard | undefined;
  /** Number of images that are asked about at a time. @default 64 */
  readonly concurrency?: number | undefined;
  /** Called with the names of the images of each reference, before the first of their rows. @default none */
  readonly onImages?: ((references: readonly string[]) => void) | undefined;
  /** Connections and tokens that are shared with other calls. @default a session for the report */
  readonly session?: Session | undefined;
}

/** The columns without a choice. */
export const DEFAULT_COLUMNS = ['sbom', 'signature', 'provenance', 'vex', 'scan'] as const;

/** Images that are asked about at a time, and requests that run at a time in a registry: each image takes some of them. */
const AT_A_TIME = 64;
/** Rows that are done and wait for an earlier one. */
const AHEAD = 256;
/** References whose tags are listed ahead of the images. */
const EXPANDING = { atATime: 8, ahead: 16 };

/**
 * Reports on many images: a row for each, in the order of the references. Rows come as soon as they are known, and the
 * memory does not grow with their number. An image that cannot be asked is a row with `error`. All images share one session;
 * what several tags name is asked about once.
 *
 * @param references names in registries, layouts and archives, and open stores. A layout or archive without a tag stands for
 *   all its entries, and with `tags` a repository for its tags; the same reference twice is one row
 * @throws RemoraError `INVALID_ARGUMENT` (an unknown kind; headers, a client certificate, `plainHttp` or `insecure` for several
 *   registries), `INTERRUPTED`
 */
export function report(
  references: Iterable<Reportable> | AsyncIterable<Reportable>,
  options: ReportOptions = {},
): AsyncGenerator<ReportRow, void, undefined> {
  return rows(references, options, asked(options));
}

async function* rows(
  references: Iterable<Reportable> | AsyncIterable<Reportable>,
  options: ReportOptions,
  wanted: ReturnType<typeof asked>,
): AsyncGenerator<ReportRow, void, undefined> {
  if (options.tags !== undefined) await tagTest(options.tags);
  const stop = new AbortController();
  const signal = sharedSignal(stop.signal, options.signal);
  const session = options.session ?? (await openSession());
  const places = new OpenPlaces();
  const connection = { ...options.connection, concurrency: options.connection?.concurrency ?? AT_A_TIME };
  const access = { ...options, connection, session, signal };
  const answers = new ImageAnswers({ ...access, ...wanted });
  try {
    const items = chosen(references, places, access);
    const work = (item: Item) => rowOf(item, places, answers, access);
    yield* inOrder(items, work, { atATime: options.concurrency ?? AT_A_TIME, ahead: AHEAD });
  } catch (error) {
    throw interruptedOr(error, options.signal);
  } finally {
    stop.abort();
    await places.close();
    if (options.session === undefined) await session.close();
  }
}

/** The questions about each image. */
function asked({ columns = DEFAULT_COLUMNS, require = [], policy, ...options }: ReportOptions) {
  const required = columnsOf(require);
  const isTrusted = (options.trust ?? []).length > 0 || policy !== undefined;
  return {
    columns: columnsOf([...columns, ...require]),
    required,
    isTrusted,
    trust: isTrusted ? [...(options.trust ?? []), ...(policy?.trust ?? [])] : undefined,
    trustedRoot: options.trustedRoot ?? policy?.trustedRoot,
    requireLog: options.requireLog || policy?.requireLog,
  };
}

function columnsOf(kinds: readonly (string | Requirement)[]): readonly Column[] {
  const columns = kinds.map((one) => columnOf(typeof one === 'string' ? parseRequirement(one) : one));
  return [...new Map(columns.map((column) => [column.name, column])).values()];
}

/** The images of a report, each once, in the order of the references. */
async function* chosen(
  references: Iterable<Reportable> | AsyncIterable<Reportable>,
  places: OpenPlaces,
  options: ReportOptions & ExpandOptions,
): AsyncGenerator<Item> {
  const { shard, connection, onImages } = options;
  const registries = new OneRegistry(connection);
  const seen = new Set<string>();
  const expanded = inOrder(references, (one) => expand(one, places, registries, options), EXPANDING);
  for await (const items of expanded) {
    const images = items.filter((item) => {
      const key = rowKey({ ...item, error: isRemoraError(item.error) ? item.error : undefined });
      if (seen.has(key)) return false;
      seen.add(key);
      // Tags that could not be listed may be in any shard.
      return shard === undefined || item.isHiding || isInShard(item.reference, shard);
    });
    onImages?.(images.map(({ reference }) => reference));
    yield* images;
  }
}

async function rowOf(
  { reference, given: text, from, at, selector, isLatest, error }: Item,
  places: OpenPlaces,
  answers: ImageAnswers,
  access: AccessOptions & ElsewhereOptions,
): Promise<ReportRow> {
  const names = given({ reference, given: text, from });
  if (at === undefined || selector === undefined) return { ...names, ...answers.unknown(error) };
  try {
    const other = elsewhereOf(at, access);
    const answer = await places.use(at, access, async (first) => {
      if (other === undefined) return answers.ask(first, selector, async () => first);
      return places.use(other.at, other.access, async (second) =>
        answers.ask(first, selector, () => joinPlaces(first, second)),
      );
    });
    return { ...names, ...answer };
  } catch (error) {
    if (isInterruption(error)) throw error;
    return { ...names, ...answers.unknown(isLatest ? withTagsHint(error) : error) };
  }
}

/** The error for a repository without the tag that stands for it, where it has others. */
function withTagsHint(error: unknown): unknown {
  if (!isRemoraError(error) || error.code !== 'NOT_FOUND' || !error.candidates?.length) return error;
  const { message, status, candidates, hint } = error;
  const next = `${hint}; report on all of them with --all-tags`;
  return new RemoraError('NOT_FOUND', message, { cause: error, hint: next, candidates, ...given({ status }) });
}
