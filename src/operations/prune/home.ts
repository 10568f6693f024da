import { RemoraError } from '../../errors.js';
import { subjectOf } from '../../oci/documents/manifest.js';
import type { CallOptions, Source } from '../../store/interfaces/store.js';
import type { Census } from './census.js';
import type { Survey } from './survey.js';

/**
 * Sees to it that a place is the home of the subjects of its attachments. cosign (`COSIGN_REPOSITORY`), regctl and remora can
 * keep what is attached in a repository without the images: there every subject seems to be gone. The sign of a home is an
 * image that is here, and has attachments here.
 *
 * @throws RemoraError `INVALID_ARGUMENT` where subjects are missing, and none is here
 */
export async function requireHome(
  source: Source,
  { here, gone }: Census,
  { bySubject }: Survey,
  { signal }: CallOptions,
): Promise<void> {
  const missing = [...gone].filter((digest) => bySubject.has(digest)).length;
  if (missing === 0) return;
  const attached = new Set([...bySubject.values()].flat().map(({ manifest }) => manifest.digest));
  for (const { descriptor } of here) {
    const { digest } = descriptor;
    if (!bySubject.has(digest) || attached.has(digest)) continue;
    // An SBOM with a signature is a subject, too, and may have been put here alone.
    if (subjectOf(await source.manifest({ digest }, { signal })) === undefined) return;
  }
  const place = source.format({});
  throw new RemoraError(
    'INVALID_ARGUMENT',
    `${place} has attachments of ${missing} ${missing === 1 ? 'manifest' : 'manifests'}, and no image with attachments: their images may be in another place`,
    {
      hint: `Name the repositories of the images with --subjects-in; if they were in ${place} itself, give --subjects-in ${place}`,
    },
  );
}
