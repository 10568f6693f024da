import { isRemoraError, RemoraError } from '../../errors.js';
import { fileError, isWithoutDirectory } from '../../io/files/system-error.js';
import { redact } from '../../io/redact.js';
import { given } from '../../oci/values/given.js';
import { parserMessage } from './parser-message.js';
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
  const { message, candidates, hint } = partsOf(error);
  const next = hint === undefined ? [] : [`  ${paint('dim', hint)}`];
  const lines = [`${bin}: ${paint('red', 'error')}: ${message}`, ...candidates.map((one) => `  ${one}`), ...next];
  return forLog(`${lines.join('\n')}\n`);
}

/** The same as an annotation of the job; the empty text outside of GitHub Actions. */
export function errorCommand(error: RemoraError, title: string): string {
  const { message, candidates, hint } = partsOf(error);
  return workflowCommand('error', title, [message, ...candidates, ...(hint === undefined ? [] : [hint])].join('\n'));
}

/** The printable parts of an error, without secrets. */
function partsOf({ code, message, candidates = [], hint }: RemoraError) {
  const shown = (text: string) => printable(redact(text));
  const choice = code === 'AMBIGUOUS' ? candidates : [];
  const more = choice.length - MAX_CANDIDATES;
  return {
    message: shown(message),
    candidates: [...choice.slice(0, MAX_CANDIDATES).map(shown), ...(more > 0 ? [`… and ${more} more`] : [])],
    hint: hint === undefined ? undefined : shown(hint),
  };
}
