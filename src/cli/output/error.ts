import { isRemoraError, RemoraError } from '../../errors.js';
import { fileError, isWithoutDirectory } from '../../io/files/system-error.js';
import { redact } from '../../io/redact.js';
import { given } from '../../oci/values/given.js';
import { digits } from './fit.js';
import { type Column, gridLines, type Step } from './grid.js';
import { parserMessage } from './parser-message.js';
import { type Screen, screenOf } from './screen.js';
import { isFailedWrite } from './streams.js';
import { painter, printable } from './text.js';
import { forLog, workflowCommand } from './workflow-commands.js';

const MAX_CANDIDATES = 20;

/** Turns any error into a RemoraError; errors of oclif's parser become `INVALID_ARGUMENT`. */
export function toRemoraError(error: unknown, bin: string, command: string | undefined): RemoraError {
  if (isRemoraError(error)) return error;
  if (isWithoutDirectory(error)) return fileError(error, '.');
  if (error instanceof Error && 'oclif' in error) {
    const hint = `See ${[bin, command?.replaceAll(':', ' '), '--help'].filter((word) => word).join(' ')}`;
    return new RemoraError('INVALID_ARGUMENT', parserMessage(error, command), { cause: error, hint });
  }
  if (isFailedWrite(error)) return fileError(error, 'standard output');
  return new RemoraError('IO', error instanceof Error ? error.message : String(error), {
    cause: error,
    hint: 'This looks like a fault of remora itself: please report it, with the command and the output of remora --version',
  });
}

/** The error as the one object that `--json` prints. */
export function errorJson({ code, message, expected, found, hint, status, candidates }: RemoraError): object {
  return {
    error: given({
      code,
      message: redact(message),
      expected: typeof expected === 'string' ? redact(expected) : expected,
      found: typeof found === 'string' ? redact(found) : found,
      status,
      candidates: candidates?.length ? candidates.map(redact) : undefined,
      hint: hint && redact(hint),
    }),
  };
}

/** The error for people: what happened, the candidates where there is a choice, and the next step. */
export function errorText(error: RemoraError, bin: string, stream: NodeJS.WriteStream): string {
  const paint = painter(stream);
  const { message, candidates, more, hint } = partsOf(error);
  const next = [...more.map((text) => `  ${text}`), ...(hint === undefined ? [] : [`  ${paint('dim', hint)}`])];
  const choice = candidateLines(candidates, screenOf(stream));
  const lines = [`${bin}: ${paint('red', 'error')}: ${message}`, ...choice, ...next];
  return forLog(`${lines.join('\n')}\n`);
}

/** The same as an annotation of the job; the empty text outside of GitHub Actions. */
export function errorCommand(error: RemoraError, title: string): string {
  const { message, candidates, more, hint } = partsOf(error);
  return workflowCommand(
    'error',
    title,
    [message, ...candidates, ...more, ...(hint === undefined ? [] : [hint])].join('\n'),
  );
}

/** The printable parts of an error, without secrets. */
function partsOf({ code, message, candidates = [], hint }: RemoraError) {
  const shown = (text: string) => printable(redact(text));
  const choice = code === 'AMBIGUOUS' ? candidates : [];
  const more = choice.length - MAX_CANDIDATES;
  return {
    message: shown(message),
    candidates: choice.slice(0, MAX_CANDIDATES).map(shown),
    more: more > 0 ? [`… and ${more} more`] : [],
    hint: hint === undefined ? undefined : shown(hint),
  };
}

/** Kind, format, title, date, platform and digest of an attachment. */
const COLUMNS: readonly Column[] = [{}, {}, {}, { cut: 'end' }, {}, { cut: 'end' }];
const STEPS: readonly Step[] = [
  { column: 2, least: 20 },
  { column: 1, least: 12 },
  { column: 3, least: 10 },
  { column: 2, least: 12 },
  { column: 4, least: 11 },
  { column: 1, least: 0 },
  { column: 4, least: 0 },
  // A digest alone always selects.
  { column: 5, least: 8 },
  { column: 3, least: 0 },
  { column: 2, least: 8 },
  { column: 2, least: 0 },
];

const INDENT = '  ';

/** The candidates of an error, a line each: attachments in columns, which fit a terminal; other texts as they are. */
function candidateLines(candidates: readonly string[], { paint, width, isTerminal }: Screen): readonly string[] {
  const rows = candidates.map((text) => text.split('  '));
  if (!isTerminal || rows.length === 0 || rows.some((cells) => cells.length !== COLUMNS.length))
    return candidates.map((text) => `${INDENT}${text}`);
  const isEmpty = COLUMNS.map((_, index) => rows.every((row) => row[index] === '-'));
  const shown = (cell: string, index: number) =>
    isEmpty[index] ? '' : width !== undefined && index === COLUMNS.length - 1 ? digits(cell) : cell;
  const cells = rows.map((row) => ({ cells: row.map((cell, index) => ({ text: shown(cell, index) })) }));
  const room = width === undefined ? undefined : width - INDENT.length;
  return [...gridLines({ columns: COLUMNS, steps: STEPS }, () => cells, { paint, width: room })].map(
    (line) => `${INDENT}${line}`,
  );
}
