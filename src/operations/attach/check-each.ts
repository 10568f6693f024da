import { RemoraError } from '../../errors.js';
import type { MaybeAttachOptions } from './options.js';

/**
 * Whether the options ask for several subjects.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: options that contradict each other
 */
export function checkEach({ eachPlatform = false, to, platform, exportManifest }: MaybeAttachOptions): boolean {
  const isEach = eachPlatform || (to !== undefined && to !== 'index');
  if (eachPlatform && to !== undefined) throw contradiction('--each-platform', '--to');
  if (to !== undefined && platform !== undefined) throw contradiction('--to', '--platform');
  if (eachPlatform && platform !== undefined) throw contradiction('--each-platform', '--platform');
  if (!isEach || exportManifest === undefined) return isEach;
  throw new RemoraError('INVALID_ARGUMENT', 'the manifests of several subjects cannot go into one file', {
    found: exportManifest,
    hint: 'Leave out --export-manifest; the result has their digests',
  });
}

function contradiction(one: string, other: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `${one} and ${other} both choose the subject, wanted one of them`, {
    hint: `Leave out ${other}`,
  });
}
