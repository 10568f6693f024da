import { dirname, resolve } from 'node:path';
import { readArgumentFile } from '../../io/files/argument-file.js';
import { parsePolicy } from '../../trust/policy/parse-policy.js';
import type { Policy } from '../../trust/policy/policy.js';
import { readTrustStore } from './trust-store.js';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads a policy with the files that it names, relative to its own folder.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, with line and column of the policy
 */
export async function readPolicy(file: string, now?: Date): Promise<Policy> {
  const inFolder = (path: string) => resolve(dirname(file), path);
  return parsePolicy(await readArgumentFile(file, MAX_BYTES), {
    name: file,
    readFile: (path) => readArgumentFile(inFolder(path), MAX_BYTES),
    readTrustStore: (path) => readTrustStore(inFolder(path)),
    now,
  });
}
