import { RemoraError } from '../../errors.js';
import { cutShort, type RecordAt, RecordFile } from './jsonl.js';
import { missingOf } from './missing.js';
import { rowKey } from './row-key.js';
import type { ReportEnd, ReportRow } from './schema.js';
import type { Shard } from './shard.js';

/** Rows of several reports, joined. To be closed. */
export interface MergedReport extends AsyncDisposable {
  /** By the text of the reference, each once. */
  rows(): AsyncGenerator<ReportRow, void, undefined>;
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The kinds that images must have. */
  readonly require: readonly string[];
  /** Whether a trust was given to the reports. */
  readonly isTrusted: boolean;
  readonly hasPolicy: boolean;
  /** The length of the longest reference. */
  readonly longest: number;
}

interface Entry extends Pick<RecordAt, 'offset' | 'length'> {
  /** The {@link rowKey} of the row. */
  readonly key: string;
  readonly file: RecordFile;
}

/**
 * Joins the rows of reports of `--format jsonl`, such as those of all shards of one report. The order of the files does not
 * matter. Of several rows for one reference, one that was asked completely counts, and of these the one that has least. The
 * memory holds the references, and not the rows.
 *
 * @param require kinds that images must have, each a column of the reports. @default those that the reports required
 * @throws RemoraError `MALFORMED` (names file and line), `INCOMPLETE` for a file that was cut and for a shard that is
 *   missing, `INVALID_ARGUMENT` for reports that ask for different things, `NOT_FOUND`, `IO`
 */
export async function mergeReports(paths: readonly string[], require?: readonly string[]): Promise<MergedReport> {
  const files: RecordFile[] = [];
  const close = async () => void (await Promise.all(files.map((file) => file.close())));
  try {
    const ends: ReportEnd[] = [];
    const entries: Entry[] = [];
    for (const path of paths) {
      const file = await RecordFile.open(path);
      files.push(file);
      await readInto(file, entries, ends);
    }
    checkShards(ends);
    const { columns, ...first } = sameOf(ends);
    entries.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
    const required = require ?? first.require ?? [];
    const unknown = required.find((name) => !columns.includes(name));
    if (unknown !== undefined) throw notAsked(unknown, columns);
    return {
      ...{ columns, require: required, isTrusted: first.trusted === true, hasPolicy: first.policy === true },
      longest: entries.reduce((most, { key }) => Math.max(most, key.split('\n', 1)[0]?.length ?? 0), 0),
      rows: () => joined(entries, require),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The columns and requirements that all of the reports share. */
function sameOf(ends: readonly ReportEnd[]): Pick<ReportEnd, 'columns' | 'require' | 'trusted' | 'policy'> {
  const asked = ({ columns, require, trusted, policy }: ReportEnd) =>
    JSON.stringify([columns, require, trusted, policy]);
  const [first = NOTHING, ...others] = ends;
  if (others.every((other) => asked(other) === asked(first))) return first;
  throw new RemoraError('INVALID_ARGUMENT', 'reports differ in their columns or requirements, wanted the same of all', {
    hint: 'Make all of them with the same --column, --require and trust',
  });
}

const NOTHING: ReportEnd = {
  end: true,
  rows: 0,
  columns: [],
  summary: { images: 0, failed: 0, absent: 0, mistaken: 0, incomplete: 0, missing: 0, columns: {} },
};

function notAsked(name: string, columns: readonly string[]): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `the reports have no column ${name}, and cannot tell of it`, {
    found: name,
    hint: `They have ${columns.join(', ')}`,
  });
}

/** A file may hold several reports, one behind the other. */
async function readInto(file: RecordFile, entries: Entry[], ends: ReportEnd[]): Promise<void> {
  let rows = 0;
  let isWhole = false;
  for await (const { record, offset, length, line } of file.records()) {
    isWhole = 'end' in record;
    if ('reference' in record) {
      rows++;
      entries.push({ key: rowKey(record), file, offset, length });
      continue;
    }
    if (record.rows !== rows)
      throw cutShort(file.path, `line ${line} counts ${record.rows} rows, and ${rows} stand before it`);
    ends.push(record);
    rows = 0;
  }
  if (!isWhole) throw cutShort(file.path, 'its last record is missing');
}

/** @throws RemoraError `INCOMPLETE`, `INVALID_ARGUMENT` */
function checkShards(ends: readonly ReportEnd[]): void {
  const shards = ends.flatMap(({ shard }): readonly Shard[] => (shard === undefined ? [] : [shard]));
  const [first] = shards;
  if (first === undefined) return;
  const other = shards.find(({ of }) => of !== first.of);
  if (other !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `shards of ${first.of} and of ${other.of} are given, wanted one number`);
  const given = new Set(shards.map(({ index }) => index));
  const missing = first.of - given.size;
  if (missing <= 0) return;
  const names: string[] = [];
  for (let index = 1; index <= first.of && names.length < 10; index++)
    if (!given.has(index)) names.push(`${index}/${first.of}`);
  const more = missing > names.length ? `, and ${missing - names.length} more` : '';
  throw new RemoraError('INCOMPLETE', `shards are missing: ${names.join(', ')}${more}`, {
    hint: 'Give the files of all shards',
  });
}

async function* joined(
  entries: readonly Entry[],
  require: readonly string[] | undefined,
): AsyncGenerator<ReportRow, void, undefined> {
  for (let start = 0; start < entries.length; ) {
    const key = entries[start]?.key;
    let end = start + 1;
    while (entries[end]?.key === key) end++;
    let best: ReportRow | undefined;
    for (const entry of entries.slice(start, end)) {
      const row = await entry.file.rowAt(entry);
      best = best === undefined || isBefore(row, best) ? row : best;
    }
    if (best !== undefined) yield require === undefined ? best : { ...best, missing: missingOf(best.columns, require) };
    start = end;
  }
}

function isBefore(one: ReportRow, other: ReportRow): boolean {
  const first = rank(one).map((number, index) => number - (rank(other)[index] ?? 0));
  const difference = first.find((number) => number !== 0);
  if (difference !== undefined) return difference < 0;
  return JSON.stringify(one) < JSON.stringify(other);
}

function rank({ error, incomplete = [], columns }: ReportRow): readonly number[] {
  const states = Object.values(columns).map(({ state }) => state);
  return [Number(error !== undefined), incomplete.length, states.filter((state) => state === 'yes').length];
}
