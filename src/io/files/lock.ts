import { closeSync, futimesSync, unlinkSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRemoraError, RemoraError } from '../../errors.js';
import { interrupted } from '../async/interrupt.js';
import { createLock, readLock, removeRemains, type SeenLock } from './lock-file.js';
import { isGone, processDomain } from './process-identity.js';
import { bestEffortSync, fileError, ifSystemError, systemCode } from './system-error.js';
import { createTempFile, tempName, writeAll } from './temp-file.js';

/** Options of {@link withLock}. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which a living holder renews its lock. @default 2000 */
  readonly renewMs?: number;
  /** Milliseconds without a renewal, by the clock of the waiting process, after which a lock is abandoned. @default 15000 */
  readonly abandonedMs?: number;
  /** The same for a lock that is empty: its maker needs no time between two system calls. @default 2000 */
  readonly emptyMs?: number;
  /** Milliseconds that the lock is waited for. @default 120000 */
  readonly waitMs?: number;
}

type Timing = Required<Omit<LockOptions, 'signal'>> & Pick<LockOptions, 'signal'>;

const DEFAULTS: Timing = { renewMs: 2_000, abandonedMs: 15_000, emptyMs: 2_000, waitMs: 120_000 };

/** A lock that is held. */
export interface HeldLock {
  /** @throws RemoraError `CHANGED` when the lock was taken from us: the process slept for too long */
  assertHeld(): void;
  /**
   * Replaces a file beside the lock in one step; readers see the old bytes or the new ones.
   *
   * @throws RemoraError `CHANGED` when the lock was taken from us, `IO`; the file is untouched then
   */
  replaceFile(target: string, bytes: Uint8Array, mode?: number): Promise<void>;
  /**
   * Removes a file; false when there was none. The lock is looked at right before, and is renewed while a disk is slow.
   *
   * @throws RemoraError `CHANGED` when the lock was taken from us, `IO`; the file is untouched then
   */
  removeFile(path: string): Promise<boolean>;
}

/**
 * Runs `action` while no other process on any host holds the lock file `path`.
 *
 * The lock survives killed holders. The process id tells at once that a holder on this host is gone; a lock of another
 * host is abandoned when it is not renewed.
 *
 * proper-lockfile was not taken (its issue #121): after it looks at a stale lock another process can take the lock, and
 * both hold it. Here a process removes an abandoned lock only under a second lock, named after the first one's id. It
 * looks again under it, so that it never removes a newer lock.
 *
 * A holder that slept may wake up between its look at the lock and its rename. The temporary file that it renames is
 * named after its lock, and goes before the lock does.
 *
 * @throws RemoraError `CHANGED` when another process holds the lock for too long, `EXISTS` (not a file), `INTERRUPTED`,
 * `IO`
 */
export async function withLock<T>(
  path: string,
  action: (lock: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const timing = { ...DEFAULTS, ...options };
  const { id, file } = await acquire(path, timing, performance.now() + timing.waitMs);
  const timer = setInterval(() => renew(file), timing.renewMs);
  timer.unref();
  try {
    removeRemains(path, id);
    return await action(heldLock(path, id));
  } finally {
    clearInterval(timer);
    release(path, id, file);
  }
}

function heldLock(path: string, id: string): HeldLock {
  const assertHeld = () => {
    if (readLock(path)?.id === id) return;
    throw new RemoraError('CHANGED', `lock ${path} was lost while it was held`, { hint: 'Run the command again' });
  };
  return {
    assertHeld,
    async replaceFile(target, bytes, mode) {
      const file = await createTempFile(dirname(path), mode, heldName(processDomain(), process.pid, id));
      try {
        await writeAll(file, bytes);
        await file.commit(target, assertHeld);
      } catch (error) {
        assertHeld();
        throw error;
      } finally {
        await file.discard();
      }
    },
    async removeFile(target) {
      assertHeld();
      const removed = unlink(target).then(() => true);
      const found = await ifSystemError(removed, 'ENOENT').catch((error: unknown) => {
        throw fileError(error, target);
      });
      return found ?? false;
    },
  };
}

/** The name of the temporary file of a lock's holder. */
function heldName(domain: string, pid: number, id: string): string {
  return tempName(domain, pid, id.slice(0, 12));
}

async function acquire(path: string, timing: Timing, deadline: number): Promise<{ id: string; file: number }> {
  const { signal } = timing;
  let seen: { key: string; since: number } | undefined;
  for (;;) {
    if (signal?.aborted) throw interrupted(signal);
    const own = createLock(path);
    if (own !== undefined) return own;
    const other = readLock(path);
    if (performance.now() > deadline) throw notHad(path, other, timing);
    if (other !== undefined) {
      const key = `${other.id} ${other.mtimeNs}`;
      if (seen?.key !== key) seen = { key, since: performance.now() };
      const patience = other.isEmpty ? timing.emptyMs : timing.abandonedMs;
      if (isGone(other.domain, other.pid) || performance.now() - seen.since > patience)
        await removeAbandoned(path, other, timing, deadline);
    }
    // Signals and timers get their turn in each round, whatever the file system answers.
    await sleep(3 + Math.random() * 25);
  }
}

function notHad(path: string, other: SeenLock | undefined, { waitMs }: Timing): RemoraError {
  const holder = other === undefined ? 'others' : other.domain === '' ? 'another program' : `process ${other.pid}`;
  return new RemoraError('CHANGED', `lock ${path} is held by ${holder} for more than ${waitMs / 1000} s`, {
    hint: 'See what that process does, and run the command again when it has ended',
  });
}

/** A lock that cannot be renewed is lost in time, and `assertHeld` says so. */
function renew(file: number): void {
  bestEffortSync(() => futimesSync(file, new Date(), new Date()));
}

async function removeAbandoned(path: string, abandoned: SeenLock, timing: Timing, deadline: number): Promise<void> {
  const removal = `${path}.${abandoned.id}`;
  const { id, file } = await acquire(removal, timing, deadline);
  try {
    if (readLock(path)?.id !== abandoned.id) return;
    const { domain, pid } = abandoned;
    if (domain !== '') remove(join(dirname(path), heldName(domain, pid, abandoned.id)));
    remove(path);
  } finally {
    release(removal, id, file);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, path);
  }
}

/** The work is done, so that a lock that stays is not a failure: it is not renewed, and others take it over. */
function release(path: string, id: string, file: number): void {
  bestEffortSync(() => closeSync(file));
  try {
    if (readLock(path)?.id === id) remove(path);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
  }
}
