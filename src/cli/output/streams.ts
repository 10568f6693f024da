import { fileError, systemCode } from '../../io/files/system-error.js';
import { workflowCommand } from './workflow-commands.js';

/** The first failure of standard output or standard error; `undefined` while both take what is written. */
let failure: unknown;

/**
 * Keeps a command going whose output fails. A pipe that closes early, as in `remora … | head`, is not a failure. Every
 * other failed write is told when the process ends, unless the command failed itself.
 */
export function watchOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // @oclif/core/command listens as well, and throws errors as they are.
    stream.removeAllListeners('error');
    stream.on('error', (error) => {
      if (!isClosedPipe(error)) failure ??= error;
    });
  }
  process.off('exit', tellFailure).on('exit', tellFailure);
}

function tellFailure(): void {
  if (failure === undefined || Number(process.exitCode ?? 0) !== 0) return;
  process.exitCode = 1;
  const { message } = fileError(failure, 'output');
  process.stderr.write(`remora: error: ${message}\n${workflowCommand('error', 'remora', message)}`);
}

/** True for the write to a pipe that nobody reads any more. */
export function isClosedPipe(error: unknown): boolean {
  return isFailedWrite(error) && systemCode(error) === 'EPIPE';
}

/** True for a failed write to an open stream, like standard output: files of ours have a path. */
export function isFailedWrite(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'write' && !('path' in error);
}
