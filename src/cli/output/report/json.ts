import type { ReportEnd, ReportRow } from '../../../operations/report/schema.js';
import { harmlessJson } from '../text.js';
import type { ReportWriter } from './shape.js';

const line = (value: ReportRow | ReportEnd | object) => harmlessJson(JSON.stringify(value));

/** A row on each line, and a last one that tells a whole report from a part. */
export function jsonlWriter(): ReportWriter {
  return { begin: () => '', row: (row) => `${line(row)}\n`, end: (end) => `${line(end)}\n` };
}

/** The rows as one object, each on a line. */
export function jsonWriter(): ReportWriter {
  let isFirst = true;
  return {
    begin: () => '{\n  "rows": [',
    row: (row) => {
      const before = isFirst ? '\n' : ',\n';
      isFirst = false;
      return `${before}    ${line(row)}`;
    },
    end: ({ shard, summary }) =>
      `${isFirst ? '' : '\n  '}],${shard === undefined ? '' : `\n  "shard": ${line(shard)},`}\n  "summary": ${line(summary)}\n}\n`,
  };
}
