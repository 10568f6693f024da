import { isRemoraError, RemoraError } from '../../../errors.js';
import { pause } from '../../../io/async/pause.js';
import type { Manifest } from '../../../oci/documents/manifest.js';
import type { Digest } from '../../../oci/values/digest.js';
import { given } from '../../../oci/values/given.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from '../client/client.js';
import { sendManifest } from '../client/manifests.js';

/**
 * A manifest older than this is read again before it is written. A writer with an old one can erase what others wrote,
 * which look for it only while they settle.
 */
const FRESH_MS = 100;
const SETTLE_MS = 250;
/** The same when others were seen to write: sixteen at a time on two cores hold what they read for most of a second. */
const QUIET_MS = 1_000;
/** A wait that ends so much later than it should shows a machine whose other writers are slow, too. */
const LATE_MS = 100;
/** A tag that others write to without end, and that keeps the change so often, will keep it. */
const QUIET_LOOKS = 6;
const ROUNDS = 60;
/** How often a look that took longer than others wait for it is taken again: its process, or the line, was busy. */
const SLOW_LOOKS = 3;
/** How often in a row a write may be refused although nobody changed the tag: some registries say so of tags that stay. */
const REFUSALS = 3;
/** How often in a row a write may fail: distribution 2.8 answers 500 for a tag that another is just writing. */
const FAILED_WRITES = 4;

/** The state of a tag at one moment. */
export interface TagState {
  /** The manifest that the change works on; undefined when there is none yet. */
  readonly manifest?: Manifest | undefined;
  readonly etag?: string | undefined;
  /** `performance.now()` when it was asked for. */
  readonly asked: number;
  /** `performance.now()` when it arrived. */
  readonly arrived: number;
}

/** A tag, and the change of it. */
export interface TagWork<S extends TagState> {
  readonly tag: string;
  /** The name of the tag in errors. */
  readonly name: string;
  /** @throws for every failure: what could not be read is not absent */
  read(): Promise<S>;
  /** Gives the manifest that the tag shall name, undefined when it is as it shall be. It may throw to end the work. */
  change(state: S, look: TagLook): Manifest | undefined;
  /** Called when a manifest was written in place of a state. */
  written?(state: S): void;
}

/** A look at a tag. */
export interface TagLook {
  /** From 0. */
  readonly round: number;
  /** An earlier result of the change was written, or may have been. */
  readonly isAgain: boolean;
}

/** Options of {@link changeUntilKept}. */
export interface ChangeUntilKeptOptions<S extends TagState> extends CallOptions {
  /** The tag as it was read before. */
  readonly prefetched?: S | undefined;
  /** Look at the tag again after a settle time, for writers at the same time. @default true */
  readonly settle?: boolean | undefined;
  /** Wait as long as for writers that were seen: a change that is lost is not asked for again. @default false */
  readonly careful?: boolean | undefined;
  /** Called with each manifest that was replaced by ours. */
  readonly onReplaced?: ((digest: Digest) => void) | undefined;
}

/**
 * Changes what a tag names, and makes the change stay: read, change, write, wait, read again. It ends when the tag is right
 * and no other writer came in between.
 *
 * A read right after the write proves little: another writer may have read before it, and write over it later. A writer
 * that reads after our write carries our change along. So only earlier readers can undo it, and they hold what they read
 * for as long as a request takes. A tag that changed during the wait shows such writers, which may be slow: the next wait
 * is longer. distribution ignores `If-Match`; a server that was seen to honour it (412) needs no waiting, and is read once
 * more all the same.
 *
 * @returns the tag as it was read the last time
 * @throws RemoraError `CHANGED` when the change does not stay, and what `read` and `change` throw
 */
export async function changeUntilKept<S extends TagState>(
  client: RegistryClient,
  work: TagWork<S>,
  options: ChangeUntilKeptOptions<S> = {},
): Promise<S> {
  const { tag, name } = work;
  let state = options.prefetched;
  /** The registry was seen to refuse a write that came too late. */
  let honoured = false;
  let failures = 0;
  let seen: Digest | 'unknown' | undefined;
  let quietLooks = 0;
  let refusals = 0;
  let refused: Digest | 'absent' | undefined;
  let slowLooks = options.careful ? 0 : SLOW_LOOKS;
  const look = async () => {
    for (;;) {
      const found = await work.read();
      if (performance.now() - found.asked < SETTLE_MS || slowLooks++ >= SLOW_LOOKS) return found;
    }
  };
  for (let round = 0; round < ROUNDS; round++) {
    let isWriting = false;
    try {
      if (state === undefined || performance.now() - state.arrived > FRESH_MS) state = await look();
      const now = state.manifest?.descriptor.digest;
      const written = work.change(state, { round, isAgain: seen !== undefined });
      if (written === undefined) {
        if (seen === undefined || seen === now || options.settle === false || honoured || ++quietLooks === QUIET_LOOKS)
          return state;
        seen = now;
        await pause(QUIET_MS * (1 + Math.random() / 2), options.signal);
      } else {
        const contended = options.careful === true || seen !== undefined;
        isWriting = true;
        refusals = refused === (now ?? 'absent') ? refusals : 0;
        const isWritten = await writeTag(client, tag, state, written, refusals < REFUSALS, options);
        failures = 0;
        refused = isWritten ? undefined : (now ?? 'absent');
        if (!isWritten) refusals++;
        honoured ||= !isWritten;
        if (isWritten) seen = written.descriptor.digest;
        if (isWritten) work.written?.(state);
        if (isWritten && now !== undefined) options.onReplaced?.(now);
        const isUnsure = isWritten && options.settle !== false && !honoured;
        // An unknown manifest makes the next look another one to wait for.
        if (isUnsure && (await settle(state, contended, options)) > LATE_MS) seen = 'unknown';
      }
    } catch (error) {
      // Reading has been tried several times already.
      if (!isWriting || !isRemoraError(error) || !mayPass(error) || ++failures === FAILED_WRITES) throw error;
      // The write may have been carried out, and its answer lost: nothing is known that would be ours.
      seen ??= 'unknown';
      await pause(50 * 2 ** failures * (0.5 + Math.random()), options.signal);
    }
    state = undefined;
  }
  throw new RemoraError('CHANGED', `${name} loses its change to other writers, ${ROUNDS} times`, {
    hint: 'Run the command again when fewer writers are at work',
  });
}

/**
 * Writes a tag; false when the registry says that it has changed meanwhile. It is sent once: what is sent again a second
 * later is old, and erases what others wrote meanwhile.
 */
async function writeTag(
  client: RegistryClient,
  tag: string,
  state: TagState,
  written: Manifest,
  mayBeRefused: boolean,
  { signal }: CallOptions,
): Promise<boolean> {
  const condition =
    state.etag !== undefined
      ? { 'if-match': state.etag }
      : state.manifest === undefined
        ? { 'if-none-match': '*' }
        : undefined;
  const response = await sendManifest(client, written, tag, {
    signal,
    accepted: mayBeRefused ? [412] : [],
    retry: false,
    ...given({ headers: condition }),
  });
  return response.status !== 412;
}

/**
 * Failures of a write that another look at the tag can end. The registry is busy, the line broke, or another writer has
 * just deleted what the manifest names: go-containerregistry then says 404, distribution 3 says 400.
 */
function mayPass({ code, status }: RemoraError): boolean {
  return code === 'BUSY' || code === 'UNREACHABLE' || status === 400 || status === 404;
}

/**
 * Waits for twice as long as what we read was held. The registry was done with the write before its answer came, and sees
 * the next look after the wait: half the way of a request each, for which we need not wait. Only writers that met each
 * other must not meet again, and wait for different times.
 *
 * @returns how much later than it should the wait ended, in milliseconds
 */
async function settle(state: TagState, contended: boolean, { signal }: CallOptions): Promise<number> {
  const started = performance.now();
  const held = started - state.asked;
  const wait = contended
    ? Math.max(QUIET_MS, 2 * held) * (1 + Math.random() / 2)
    : Math.max(SETTLE_MS, 2 * held) - Math.min(state.arrived - state.asked, held / 2);
  await pause(wait, signal);
  return performance.now() - started - wait;
}
