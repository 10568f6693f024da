import { isRemoraError, RemoraError } from '../../../errors.js';
import { pause } from '../../../io/async/pause.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Descriptor } from '../../../oci/values/descriptor.js';
import type { Digest } from '../../../oci/values/digest.js';
import { referrersTag } from '../../../oci/values/referrers-tag.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { type ReferrersList, readList, withEntries, writeList } from './tag-document.js';

/**
 * A list older than this is read again before it is written. A writer with an old list can erase the entries of others,
 * which look for them only while they settle.
 */
const FRESH_MS = 100;
const SETTLE_MS = 250;
/** The same when others were seen to write: sixteen at a time on two cores hold their lists for most of a second. */
const QUIET_MS = 1_000;
/** A wait that ends so much later than it should shows a machine whose other writers hold their lists for long, too. */
const LATE_MS = 100;
/** A list that others write to without end, and that keeps the change so often, will keep it. */
const QUIET_LOOKS = 6;
const ROUNDS = 60;
/** How often in a row a write may fail: distribution 2.8 answers 500 for a tag that another is just writing. */
const FAILED_WRITES = 4;
/** A tag that still gives the subject after so many writes is not lost to other writers: the registry has it so. */
const MAPPED_ROUNDS = 3;

/** Options of {@link changeList}. */
export interface ChangeListOptions extends CallOptions {
  /** The list as it was read before. */
  readonly prefetched?: ReferrersList | undefined;
  /** Look at a referrers tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Called with each list that was replaced by ours. */
  readonly onReplaced?: ((digest: Digest) => void) | undefined;
}

/**
 * Changes the list of a subject, and makes the change stay: read, change, write, wait, read again. It ends when the list
 * is right and no other writer came in between.
 *
 * A read right after the write proves little: another writer may have read before it, and write over it later. A writer
 * that reads after our write carries our change along. So only earlier readers can undo it, and they hold their list for
 * as long as a request takes. A list that changed during the wait shows such writers, which may be slow: the next wait is
 * longer. distribution ignores `If-Match`; a server that was seen to honour it (412) needs no waiting, and is read once
 * more all the same.
 *
 * @param change gives the new entries, undefined when the list is as it shall be
 * @throws RemoraError `CHANGED` when the change does not stay, `EXISTS` when the tag holds something else
 */
export async function changeList(
  client: RegistryClient,
  subject: Digest,
  change: (entries: readonly Descriptor[]) => readonly Descriptor[] | undefined,
  options: ChangeListOptions = {},
): Promise<void> {
  const tag = referrersTag(subject);
  let list = options.prefetched;
  /** The registry was seen to refuse a write that came too late. */
  let honoured = false;
  let failures = 0;
  let seen: Digest | undefined;
  let quietLooks = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let isWriting = false;
    try {
      if (list === undefined || performance.now() - list.arrived > FRESH_MS)
        list = await readList(client, subject, options);
      const now = list.manifest?.descriptor.digest;
      const entries = change(list.entries);
      if (entries === undefined) {
        if (seen === undefined || seen === now || options.settle === false || honoured || ++quietLooks === QUIET_LOOKS)
          return;
        seen = now;
        await pause(QUIET_MS * (1 + Math.random() / 2), options.signal);
      } else {
        if (list.foreign !== undefined) throw occupied(client, tag, list.foreign);
        if (list.isSubject && round >= MAPPED_ROUNDS) throw mapped(client, tag);
        const contended = seen !== undefined;
        const written = withEntries(list, entries, tag);
        isWriting = true;
        const isWritten = await writeList(client, list, written, tag, options);
        failures = 0;
        honoured ||= !isWritten;
        if (isWritten) seen = written.descriptor.digest;
        if (isWritten && list.manifest !== undefined) options.onReplaced?.(list.manifest.descriptor.digest);
        const isUnsure = isWritten && options.settle !== false && !honoured;
        // An unknown list makes the next look another one to wait for.
        if (isUnsure && (await settle(list, contended, options)) > LATE_MS) seen = subject;
      }
    } catch (error) {
      // Reading has been tried several times already.
      if (!isWriting || !isRemoraError(error) || !mayPass(error) || ++failures === FAILED_WRITES) throw error;
      // The write may have been carried out, and its answer lost: no list is known that would be ours.
      seen ??= subject;
      await pause(50 * 2 ** failures * (0.5 + Math.random()), options.signal);
    }
    list = undefined;
  }
  throw new RemoraError('CHANGED', `referrers tag ${tag} loses its change to other writers, ${ROUNDS} times`, {
    hint: 'Run the command again when fewer writers are at work',
  });
}

/**
 * Looks whether the list of a subject can be changed.
 *
 * @throws RemoraError `EXISTS` when the tag holds something else, and for every list that cannot be read
 */
export async function requireList(client: RegistryClient, subject: Digest, options: CallOptions = {}): Promise<void> {
  const { foreign } = await readList(client, subject, options);
  if (foreign !== undefined) throw occupied(client, referrersTag(subject), foreign);
}

/**
 * Failures of a write that another look at the list can end. The registry is busy, the line broke, or another writer
 * has just deleted what the list names: go-containerregistry then says 404, distribution 3 says 400.
 */
function mayPass({ code, status }: RemoraError): boolean {
  return code === 'BUSY' || code === 'UNREACHABLE' || status === 400 || status === 404;
}

/**
 * Waits for twice as long as our own list was held. The registry was done with the write before its answer came, and sees
 * the next look after the wait: half the way of a request each, for which we need not wait. Only writers that met each
 * other must not meet again, and wait for different times.
 *
 * @returns how much later than it should the wait ended, in milliseconds
 */
async function settle(list: ReferrersList, contended: boolean, { signal }: CallOptions): Promise<number> {
  const started = performance.now();
  const held = started - list.asked;
  const wait = contended
    ? Math.max(QUIET_MS, 2 * held) * (1 + Math.random() / 2)
    : Math.max(SETTLE_MS, 2 * held) - Math.min(list.arrived - list.asked, held / 2);
  await pause(wait, signal);
  return performance.now() - started - wait;
}

function mapped(client: RegistryClient, tag: string): RemoraError {
  return new RemoraError(
    'UNSUPPORTED',
    `tag ${tag} of ${client.registry}/${client.repository} always gives the image itself, so that nothing can be listed there`,
    { hint: 'Use a registry with the Referrers API, or one that leaves this tag to its clients' },
  );
}

function occupied(client: RegistryClient, tag: string, foreign: Manifest): RemoraError {
  return new RemoraError(
    'EXISTS',
    `tag ${tag} of ${client.registry}/${client.repository} is not a list of referrers: it is ${foreign.descriptor.digest} (${foreign.descriptor.mediaType})`,
    {
      found: foreign.descriptor.digest,
      hint: 'Remove or rename that tag if it is not needed',
    },
  );
}
