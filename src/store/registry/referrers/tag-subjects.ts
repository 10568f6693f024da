import { isRemoraError } from '../../../errors.js';
import { type Digest, isDigest } from '../../../oci/values/digest.js';
import { isReferrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { listTags } from '../client/tags.js';
import { readList } from './tag-document.js';

/** Tags that are read before the next ones are listed. */
const BATCH = 100;

/**
 * Subjects whose referrers tag names a digest. All such tags of the repository are read, since a manifest that is gone
 * cannot tell its subject.
 *
 * @throws RemoraError when the tags or one of the lists cannot be read; a repository that does not exist has none
 */
export async function listedSubjects(
  client: RegistryClient,
  digest: Digest,
  options: CallOptions = {},
): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  let batch: Digest[] = [];
  const look = async () => {
    const subjects = batch;
    batch = [];
    const lists = await Promise.all(subjects.map((subject) => readList(client, subject, options)));
    found.push(...subjects.filter((_, index) => lists[index]?.entries.some((entry) => entry.digest === digest)));
  };
  try {
    for await (const tag of listTags(client, options)) {
      const subject = subjectOf(tag);
      if (subject !== undefined) batch.push(subject);
      if (batch.length === BATCH) await look();
    }
    await look();
    return found;
  } catch (error) {
    if (isRemoraError(error) && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

/** A digest whose referrers tag this is: one of sha512 is cut in the tag, so that zeros stand for what is missing. */
function subjectOf(tag: string): Digest | undefined {
  if (!isReferrersTag(tag)) return undefined;
  const [algorithm = '', encoded = ''] = tag.split('-');
  const digest = `${algorithm}:${algorithm === 'sha512' ? encoded.padEnd(128, '0') : encoded}`;
  return isDigest(digest) ? digest : undefined;
}
