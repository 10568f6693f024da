import { isRemoraError, RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/descriptor.js';
import type { Digest } from '../../oci/digest.js';
import { parseJson } from '../../oci/json.js';
import { MAX_MANIFEST_BYTES, type Manifest, parseManifest } from '../../oci/manifest.js';
import { MediaType } from '../../oci/media-types.js';
import { referrersTag } from '../../oci/referrers-tag.js';
import type { CallOptions } from '../store.js';
import type { RegistryClient } from './client.js';
import { getManifest, sendManifest } from './manifests.js';
import { pause } from './pause.js';

/** The list behind a referrers tag, as it was at one moment. */
export interface ReferrersList {
  readonly entries: readonly Descriptor[];
  /** The whole document; undefined when there is no list yet. */
  readonly manifest?: Manifest;
  /** What stands at the tag and is no list, if so. */
  readonly foreign?: Manifest;
  /** The tag gives the subject itself. */
  readonly isSubject?: boolean;
  readonly etag?: string | undefined;
  /** `performance.now()` when it was asked for. */
  readonly asked: number;
  /** `performance.now()` when it arrived. */
  readonly arrived: number;
}

/**
 * A list older than this is read again before it is written: whoever holds an old one can erase others' entries, and
 * they look for them no longer than they settle.
 */
const FRESH_MS = 100;
const SETTLE_MS = 250;
/** The same when others were seen to write: sixteen at a time on two cores hold their lists for most of a second. */
const QUIET_MS = 1_000;
/** A list that others write to without end, and that keeps the entry so often, will keep it. */
const QUIET_LOOKS = 6;
const ROUNDS = 60;
/** How often in a row the registry may be busy: distribution 2.8 answers 500 for a tag that another is just writing. */
const BUSY_ROUNDS = 4;
/** A tag that still gives the subject after so many writes is not lost to other writers: the registry has it so. */
const MAPPED_ROUNDS = 3;

/**
 * Reads the referrers tag (distribution-spec, "Referrers Tag Schema"). What stands there lists nothing when it is no
 * index, or the subject itself (GitLab, `cosign copy`).
 *
 * @throws RemoraError for every failure but 404: a list that could not be read is not empty
 */
export async function readList(
  client: RegistryClient,
  subject: Digest,
  options: CallOptions = {},
): Promise<ReferrersList> {
  const asked = performance.now();
  const answer = await getManifest(client, { tag: referrersTag(subject) }, options);
  const arrived = performance.now();
  if (answer === undefined) return { entries: [], asked, arrived };
  const { manifest, etag } = answer;
  if (manifest.descriptor.digest === subject) return { entries: [], isSubject: true, etag, asked, arrived };
  if (manifest.kind !== 'index' || manifest.descriptor.mediaType !== MediaType.imageIndex) {
    return { entries: [], foreign: manifest, asked, arrived };
  }
  return { entries: manifest.content.manifests, manifest, etag, asked, arrived };
}

/** Options of {@link addToList}. */
export interface AddOptions extends CallOptions {
  /** The list as it was read while the manifest was sent. */
  readonly prefetched?: ReferrersList | undefined;
  /** Nobody else writes: read back once, do not wait. */
  readonly alone?: boolean | undefined;
}

/**
 * Adds an entry to the list and sees to it that it stays there: read, merge, write, wait, read again, until the entry
 * is found and nobody has written meanwhile.
 *
 * A read right after the write proves little, since another writer may have read the list before it and write its own
 * over ours later. Whoever reads after our write carries our entry along; so only those who read before it can erase it,
 * and they hold their list for as long as a request takes. A list that changed while we waited shows that there are
 * such writers, and they may be slow: then the wait is longer. distribution ignores `If-Match`; a server that was seen
 * to honour it (412) needs no waiting.
 *
 * @throws RemoraError `CHANGED` when the entry does not stay, `EXISTS` when the tag holds something else
 */
export async function addToList(
  client: RegistryClient,
  subject: Digest,
  entry: Descriptor,
  options: AddOptions = {},
): Promise<void> {
  const tag = referrersTag(subject);
  let list = options.prefetched;
  let conditional = false;
  let busy = 0;
  let seen: Digest | undefined;
  let quietLooks = 0;
  for (let round = 0; round < ROUNDS; round++) {
    try {
      if (list === undefined || performance.now() - list.arrived > FRESH_MS)
        list = await readList(client, subject, options);
      if (list.foreign !== undefined) throw occupied(client, tag, list.foreign);
      const now = list.manifest?.descriptor.digest;
      if (list.entries.some(({ digest }) => digest === entry.digest)) {
        if (seen === undefined || seen === now || options.alone || ++quietLooks === QUIET_LOOKS) return;
        seen = now;
        await pause(QUIET_MS * (1 + Math.random() / 2), options.signal);
      } else {
        if (list.isSubject && round >= MAPPED_ROUNDS) throw mapped(client, tag);
        const contended = seen !== undefined;
        const written = merged(list, entry, tag);
        const isWritten = await writeList(client, list, written, tag, options);
        busy = 0;
        if (isWritten && conditional) return;
        conditional = !isWritten;
        if (isWritten) seen = written.descriptor.digest;
        if (isWritten && !options.alone) await settle(list, contended, options);
      }
    } catch (error) {
      if (!isRemoraError(error) || error.code !== 'BUSY' || ++busy === BUSY_ROUNDS) throw error;
      await pause(50 * 2 ** busy * (0.5 + Math.random()), options.signal);
    }
    list = undefined;
  }
  throw new RemoraError('CHANGED', `referrers tag ${tag} loses its entry to other writers, ${ROUNDS} times`, {
    hint: 'Run the command again when fewer writers are at work',
  });
}

/** Writes the list; false when the registry says that it has changed meanwhile. */
async function writeList(
  client: RegistryClient,
  list: ReferrersList,
  written: Manifest,
  tag: string,
  { signal }: CallOptions,
): Promise<boolean> {
  const condition =
    list.etag !== undefined
      ? { 'if-match': list.etag }
      : list.manifest === undefined
        ? { 'if-none-match': '*' }
        : undefined;
  const response = await sendManifest(client, written, tag, {
    signal,
    accepted: [412],
    ...(condition === undefined ? {} : { headers: condition }),
  });
  return response.status !== 412;
}

async function settle(list: ReferrersList, contended: boolean, { signal }: CallOptions): Promise<void> {
  const held = performance.now() - list.asked;
  await pause(Math.max(contended ? QUIET_MS : SETTLE_MS, 2 * held) * (1 + Math.random() / 2), signal);
}

/** The list with one more entry; foreign entries and unknown fields stay as they are. */
function merged(list: ReferrersList, entry: Descriptor, tag: string): Manifest {
  const document = list.manifest === undefined ? undefined : parseJson(list.manifest.bytes, 'referrers list');
  const kept =
    typeof document === 'object' && document !== null
      ? document
      : { schemaVersion: 2, mediaType: MediaType.imageIndex };
  const bytes = Buffer.from(JSON.stringify({ ...kept, manifests: [...list.entries, entry] }));
  if (bytes.byteLength > MAX_MANIFEST_BYTES) {
    throw new RemoraError('UNSUPPORTED', `referrers tag ${tag} would list more than ${MAX_MANIFEST_BYTES} bytes`, {
      expected: MAX_MANIFEST_BYTES,
      found: bytes.byteLength,
      hint: 'Remove what is no longer needed, or use a registry with the Referrers API',
    });
  }
  return parseManifest(bytes);
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
    `tag ${tag} of ${client.registry}/${client.repository} is no list of referrers: it is ${foreign.descriptor.digest} (${foreign.descriptor.mediaType})`,
    {
      found: foreign.descriptor.digest,
      hint: 'Remove or rename that tag if it is not needed',
    },
  );
}
