import { given } from '../../../oci/values/given.js';
import { ReportGate, type RequiredOfRows } from '../../../operations/report/gate.js';
import type { ReportEnd, ReportRow } from '../../../operations/report/schema.js';
import { Summary } from '../../../operations/report/summary.js';
import { forLog } from '../workflow-commands.js';
import type { ReportWriter } from './shape.js';

/** Options of {@link streamReport}. */
export interface StreamOptions extends RequiredOfRows {
  readonly columns: readonly string[];
  readonly hasPolicy: boolean;
  readonly shard?: ReportEnd['shard'] | undefined;
  /** Called before anything is written. */
  readonly onBegin: () => void;
  /** Called for each row before it is written. */
  readonly onRow: (row: ReportRow) => void;
}

/** A report that was written. */
export interface Streamed {
  readonly summary: ReportEnd['summary'];
  readonly failure: ReportGate['failure'];
}

/**
 * Writes rows as they come, no faster than they are read: rows that wait would take memory. A pipe that closes ends the
 * writing, and not the report, which may be a gate.
 */
export async function streamReport(
  rows: AsyncIterable<ReportRow>,
  writer: ReportWriter,
  stream: NodeJS.WriteStream,
  options: StreamOptions,
): Promise<Streamed> {
  const summary = new Summary();
  const gate = new ReportGate(options);
  const write = async (text: string) => {
    if (text === '' || stream.destroyed || stream.write(forLog(text))) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of EVENTS) stream.off(event, done);
        resolve();
      };
      for (const event of EVENTS) stream.on(event, done);
    });
  };
  const iterator = rows[Symbol.asyncIterator]();
  try {
    // A mistake in the options comes before all output.
    let next = await iterator.next();
    options.onBegin();
    await write(writer.begin());
    for (; !next.done; next = await iterator.next()) {
      const row = next.value;
      summary.add(row);
      gate.add(row);
      options.onRow(row);
      await write(writer.row(row));
    }
  } finally {
    await iterator.return?.();
  }
  const { columns, shard, require, isTrusted, hasPolicy } = options;
  const asked = given({
    shard,
    columns,
    require: require.length === 0 ? undefined : require,
    trusted: isTrusted || undefined,
    policy: hasPolicy || undefined,
  });
  await write(writer.end({ end: true, rows: summary.value.images, ...asked, summary: summary.value }));
  // A gate that saw no image proves nothing; a share may have none.
  const isEmpty = summary.value.images === 0 && shard === undefined && (require.length > 0 || hasPolicy);
  return { summary: summary.value, failure: gate.failure ?? (isEmpty ? 'NO_MATCH' : undefined) };
}

const EVENTS = ['drain', 'close', 'error'] as const;
