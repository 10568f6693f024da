import type { Readable } from 'node:stream';

/**
 * Checks the file of `--output` before the fetch, and returns its writer; undefined for standard output.
 *
 * @throws RemoraError `EXISTS` for a directory, `NOT_FOUND` (its directory), `IO`
 */
export async function outputFile(
  flag: string | undefined,
  signal: AbortSignal,
): Promise<((content: Readable | Uint8Array) => Promise<void>) | undefined> {
  if (flag === undefined || flag === '-') return undefined;
  const { prepareOutput } = await import('../../io/files/output-file.js');
  return prepareOutput(flag, { signal });
}
