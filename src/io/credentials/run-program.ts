import { spawn } from 'node:child_process';
import { RemoraError } from '../../errors.js';

/** Options of {@link runProgram}. */
export interface ProgramOptions {
  /** The text on its standard input. */
  readonly input: string;
  /** Its variables; `PATH` among them says where it is looked for. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which it is ended. */
  readonly timeout: number;
  /** Bytes that it may write to each of its outputs. */
  readonly limit: number;
}

/** The outcome of a program. */
export interface ProgramResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * Runs a program, without a shell.
 *
 * @throws RemoraError `TIMEOUT`, `MALFORMED` (it writes too much), or the error of the system when it does not start
 */
export function runProgram(program: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult> {
  const { input, env, timeout, limit } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'pipe', windowsHide: true });
    const stop = (error: unknown) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      // Its own children may hold them open.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      reject(error);
    };
    const timer = setTimeout(() => {
      stop(new RemoraError('TIMEOUT', `${program} did not end within ${timeout / 1000} s`));
    }, timeout);
    const collect = (stream: NodeJS.ReadableStream): Buffer[] => {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        size += chunk.byteLength;
        if (size > limit) stop(new RemoraError('MALFORMED', `${program} wrote more than ${limit} bytes`));
        else chunks.push(chunk);
      });
      return chunks;
    };
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    child.on('error', stop);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) });
    });
    // It may end without reading.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
