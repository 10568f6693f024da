import { isRemoraError, type RemoraErrorCode } from '../../errors.js';

/** The value of a promise; undefined where it fails with one of these codes. Every other failure is thrown. */
export async function orUndefined<T>(
  promise: Promise<T>,
  ...codes: readonly [RemoraErrorCode, ...RemoraErrorCode[]]
): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (isRemoraError(error) && codes.includes(error.code)) return undefined;
    throw error;
  }
}
