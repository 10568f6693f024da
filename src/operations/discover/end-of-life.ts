import { endOfLifeDate, isPast } from '../../formats/kinds/end-of-life.js';
import { given } from '../../oci/values/given.js';
import type { Source } from '../../store/interfaces/store.js';
import type { AskedWays } from '../attached/asked-ways.js';
import type { Attachment } from '../attached/attachment.js';
import type { AttachedTree } from '../attached/trees.js';
import type { EndOfLife } from './schema.js';

/** Options of {@link endOfLifeOf}. */
interface EndOfLifeOptions {
  readonly signal?: AbortSignal | undefined;
  /** The time to compare with. @default the clock's */
  readonly now?: Date | undefined;
}

/**
 * The end of life that the newest lifecycle attachment of a subject tells, by its date of creation. Of several that are
 * equally new, or have no such date, the earliest end counts, and text that is not a date comes last. `account` is told
 * of a manifest that could not be read.
 */
export async function endOfLifeOf(
  source: Source,
  found: readonly AttachedTree[],
  account: AskedWays,
  { signal, now = new Date() }: EndOfLifeOptions,
): Promise<EndOfLife | undefined> {
  const lifecycles = found.map(({ attachment }) => attachment).filter(({ kind }) => kind === 'lifecycle');
  const told = await Promise.all(lifecycles.map(async (one) => ({ ...one, date: await dateOf(one) })));
  const [newest] = told
    .flatMap(({ descriptor, created, date }) => (date === undefined ? [] : { descriptor, created, date }))
    .sort((a, b) => timeOf(b.created) - timeOf(a.created) || byEnd(a.date, b.date));
  if (newest === undefined) return undefined;
  const { date, descriptor } = newest;
  return { reference: source.format({ digest: descriptor.digest }), date, ...given({ past: isPast(date, now) }) };

  /** Some registries list no annotations, or not all. */
  async function dateOf({ descriptor: { digest, annotations } }: Attachment): Promise<string | undefined> {
    const listed = endOfLifeDate(annotations);
    if (listed !== undefined) return listed;
    try {
      return endOfLifeDate((await source.manifest({ digest }, { signal })).content.annotations);
    } catch (error) {
      account.failed(`manifest ${source.format({ digest })}`, error);
      return undefined;
    }
  }
}

/** The earliest first; text that is not a date tells less than a date. */
function byEnd(one: string, other: string): number {
  const unread = (date: string) => Number(isPast(date, new Date(0)) === undefined);
  return unread(one) - unread(other) || (one < other ? -1 : Number(one > other));
}

function timeOf(created: string | undefined): number {
  const time = Date.parse(created ?? '');
  return Number.isNaN(time) ? Number.MIN_SAFE_INTEGER : time;
}
