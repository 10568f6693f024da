import { randomBytes } from 'node:crypto';
import {
  closeSync,
  futimesSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoraError } from '../../errors.js';
import { interrupted } from '../async/interrupt.js';
import { isGone, processDomain } from './process-identity.js';
import { inTheWay } from './safe-path.js';
import { bestEffortSync, fileError, systemCode } from './system-error.js';

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
 * @throws RemoraError `CHANGED` when another process holds the lock for too long, `INTERRUPTED`, `IO`
 */
export async function withLock<T>(
  path: string,
  action: (lock: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const timing = { ...DEFAULTS, ...options };
  const { id, file } = await acquire(path, timing);
  const timer = setInterval(() => renew(file), timing.renewMs);
  timer.unref();
  const assertHeld = () => {
    if (readLock(path)?.id === id) return;
    throw new RemoraError('CHANGED', `lock ${path} was lost while it was held`, { hint: 'Run the command again' });
  };
  try {
    removeRemains(path, id);
    return await action({ assertHeld });
  } finally {
    clearInterval(timer);
    closeSync(file);
    release(path, id);
  }
}

interface Observed {
  readonly id: string;
  readonly isEmpty: boolean;
  readonly domain: string;
  readonly pid: number;
  readonly mtimeMs: number;
}

async function acquire(path: string, timing: Timing): Promise<{ id: string; file: number }> {
  const { signal, waitMs } = timing;
  const started = performance.now();
  let seen: { key: string; since: number } | undefined;
  for (;;) {
    if (signal?.aborted) throw interrupted(signal);
    const own = create(path);
    if (own !== undefined) return own;
    const other = readLock(path);
    if (other === undefined) {
      if (bestEffortSync(() => lstatSync(path))?.isSymbolicLink())
        throw inTheWay(path, 'is a symlink, wanted a lock file');
      continue;
    }
    const key = `${other.id} ${other.mtimeMs}`;
    if (seen?.key !== key) seen = { key, since: performance.now() };
    const patience = other.isEmpty ? timing.emptyMs : timing.abandonedMs;
    if (isGone(other.domain, other.pid) || performance.now() - seen.since > patience) {
      await removeAbandoned(path, other, timing);
      continue;
    }
    if (performance.now() - started > waitMs) {
      throw new RemoraError(
        'CHANGED',
        `lock ${path} is held by process ${other.pid} for more than ${waitMs / 1000} s`,
        {
          hint: 'See what that process does, and run the command again when it has ended',
        },
      );
    }
    await sleep(3 + Math.random() * 25);
  }
}

/** Creates the lock file with its content in one go of synchronous calls; undefined when it exists. */
function create(path: string): { id: string; file: number } | undefined {
  let file: number;
  try {
    file = openSync(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw fileError(error, path);
  }
  const id = randomBytes(8).toString('hex');
  try {
    writeSync(file, `${id} ${processDomain()} ${process.pid}\n`);
  } catch (error) {
    closeSync(file);
    unlinkSync(path);
    throw fileError(error, path);
  }
  return { id, file };
}

/** A lock that cannot be renewed is lost in time, and `assertHeld` says so. */
function renew(file: number): void {
  bestEffortSync(() => futimesSync(file, new Date(), new Date()));
}

function readLock(path: string): Observed | undefined {
  try {
    const { mtimeMs, ino } = statSync(path);
    const [id, domain, pid] = readFileSync(path, 'utf8').trim().split(' ');
    // Empty: its maker is between two system calls, or was killed there. It has no id but its own file's.
    return {
      id: id || `empty-${ino}-${mtimeMs}`,
      isEmpty: !id,
      domain: domain ?? '',
      pid: Number(pid ?? 0),
      mtimeMs,
    };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

async function removeAbandoned(path: string, abandoned: Observed, timing: Timing): Promise<void> {
  const removal = `${path}.${abandoned.id}`;
  const { id, file } = await acquire(removal, timing);
  try {
    if (readLock(path)?.id === abandoned.id) unlinkSync(path);
  } finally {
    closeSync(file);
    release(removal, id);
  }
}

function release(path: string, id: string): void {
  try {
    if (readLock(path)?.id === id) unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileError(error, path);
  }
}

/**
 * Removes what killed processes left of the removal of earlier locks. Such a file means something only while the lock
 * that it is named after is there; that is ours now, and no id comes again.
 */
function removeRemains(path: string, id: string): void {
  const prefix = `${basename(path)}.`;
  for (const name of bestEffortSync(() => readdirSync(dirname(path))) ?? []) {
    if (!name.startsWith(prefix) || name.startsWith(prefix + id)) continue;
    bestEffortSync(() => unlinkSync(join(dirname(path), name)));
  }
}
