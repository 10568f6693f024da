import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isRemoraError, RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import { parseJson } from '../../oci/text/json.js';
import { endRecord, rowRecord } from './record-schema.js';
import type { ReportEnd, ReportRow } from './schema.js';

/** A row of an image with very many platforms and violations stays far below. */
const MAX_LINE = 16 * 1024 * 1024;
const PIECE = 256 * 1024;

/** A record of a report in a file, and where it stands. */
export interface RecordAt {
  readonly record: ReportRow | ReportEnd;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  /** From 1 on. */
  readonly line: number;
}

/** A file with the records of a report, one on each line. */
export class RecordFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws RemoraError `INVALID_ARGUMENT` for what is not a file; `NOT_FOUND`, `IO` */
  static async open(path: string): Promise<RecordFile> {
    try {
      const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      if ((await handle.stat()).isFile()) return new RecordFile(path, handle);
      await handle.close();
    } catch (error) {
      throw fileError(error, path);
    }
    // Rows are read a second time, in the order of their references.
    throw new RemoraError('INVALID_ARGUMENT', `${path} is not a file, wanted rows of a report in one`, {
      hint: 'Write the rows into a file first',
    });
  }

  /** @throws RemoraError `MALFORMED`, with the line; `INVALID_ARGUMENT` for `--format json` */
  async *records(): AsyncGenerator<RecordAt> {
    let rest: Buffer = Buffer.alloc(0);
    let start = 0;
    let line = 1;
    for (let isEnd = false; !isEnd; ) {
      const piece = Buffer.alloc(PIECE);
      const { bytesRead } = await this.handle.read(piece, 0, PIECE, start + rest.length);
      isEnd = bytesRead === 0;
      rest = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
      for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
        if (end > 0) yield { record: this.#parse(rest.subarray(0, end), line), offset: start, length: end, line };
        rest = rest.subarray(end + 1);
        start += end + 1;
        line++;
      }
      if (rest.length > MAX_LINE) throw this.#malformed(line, `it has more than ${MAX_LINE} bytes`);
    }
    // Each record ends with its line.
    if (rest.length > 0) throw cutShort(this.path, `line ${line} does not end`);
  }

  /** The row at a place of {@link records}. */
  async rowAt({ offset, length }: Pick<RecordAt, 'offset' | 'length'>): Promise<ReportRow> {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.handle.read(bytes, 0, length, offset);
    const parsed = bytesRead === length ? rowRecord.safeParse(parseJson(bytes, this.path)) : undefined;
    if (parsed?.success) return parsed.data;
    throw new RemoraError('CHANGED', `${this.path} changed while it was read`);
  }

  close(): Promise<void> {
    return this.handle.close();
  }

  #parse(bytes: Uint8Array, line: number): ReportRow | ReportEnd {
    if (line === 1 && Buffer.from(bytes).toString().trim() === '{') throw notLines(this.path);
    let value: unknown;
    try {
      value = parseJson(bytes, `${this.path}:${line}`);
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      throw new RemoraError('MALFORMED', error.message, { cause: error, hint: HINT });
    }
    const isEnd = typeof value === 'object' && value !== null && 'end' in value;
    const parsed = isEnd ? endRecord.safeParse(value) : rowRecord.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.#malformed(line, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'it is not a row'}`);
  }

  #malformed(line: number, why: string): RemoraError {
    return new RemoraError('MALFORMED', `${this.path}:${line} is not a row of a report: ${why}`, { hint: HINT });
  }
}

const HINT = 'Give what remora report --format jsonl has written, whole';

/** A document of `--format json` is read as a whole, which may be more than the memory has, and is not closed if it was cut. */
function notLines(path: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${path} begins as --format json does, wanted --format jsonl`, {
    hint: HINT,
  });
}

/** The error for rows that are not all of a report. */
export function cutShort(path: string, why: string): RemoraError {
  return new RemoraError('INCOMPLETE', `${path} is not a whole report: ${why}`, {
    hint: 'Run that report again: it was interrupted, or its file was cut',
  });
}
