import { lstatSync, type Stats, unlinkSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRemoraError } from '../../../errors.js';
import { throwIfInterrupted } from '../../../io/async/interrupt.js';
import { limiter } from '../../../io/async/run-all.js';
import { now } from '../../../io/files/clock.js';
import { type HeldLock, withLock } from '../../../io/files/lock.js';
import { bestEffortSync, fileError, systemCode, unlessMissing } from '../../../io/files/system-error.js';
import { leftOverOf } from '../../../io/files/temp-file.js';
import { type Digest, isDigest } from '../../../oci/values/digest.js';
import type { CollectOptions, Garbage, GarbageFile } from '../../interfaces/abilities.js';
import { uploadOf } from '../blobs/upload-files.js';
import { DirectoryFiles } from '../files/directory-files.js';
import { BLOBS_DIRECTORY, blobPath, INDEX_FILE, LAYOUT_FILE, LOCK_FILE, UPLOADS_DIRECTORY } from '../files/paths.js';
import { DOCKER_FILE, Reach } from './reach.js';

/** A push takes so long at most from its first blob to its manifest. */
export const DEFAULT_GRACE_MS = 60 * 60 * 1000;

/** Writers wait for the lock meanwhile. */
const MAX_HOLD_MS = 1000;

/** Time in which a waiting writer gets the lock. */
const PAUSE_MS = 60;

/** Others write meanwhile, so that what was named can have gone when it is read. */
const MAX_LOOKS = 10;

/** The algorithms whose blobs are removed: the name of any other file may mean anything. */
const ALGORITHMS: readonly string[] = ['sha256', 'sha512'];

/** The parts of a layout, the files of `docker save`, and the folder in which oras writes. */
const KNOWN: readonly string[] = [
  ...[LAYOUT_FILE, INDEX_FILE, BLOBS_DIRECTORY, UPLOADS_DIRECTORY],
  ...[DOCKER_FILE, 'repositories', 'ingest'],
];

/**
 * Removes from a layout what nothing names, and what is younger than `grace` never. All is found before the lock is
 * taken, and again under it. A file is looked at once more before it goes.
 *
 * @throws RemoraError `INCOMPLETE` when something reachable cannot be read, and nothing is removed; `CHANGED` (lock), `IO`,
 *   `INTERRUPTED`
 */
export async function collectGarbage(directory: string, options: CollectOptions = {}): Promise<Garbage> {
  const collector = new Collector(directory, options);
  const planned = await collector.look();
  if (options.dryRun || planned.blobs.length + planned.leftOvers.length === 0) return planned;
  return collector.collect(planned);
}

/** A file, and the path that it has now. */
interface Found extends GarbageFile {
  readonly path: string;
}

interface FoundBlob extends Found {
  readonly digest: Digest;
  readonly info: Stats;
}

class Collector {
  readonly #reach: Reach;
  readonly #files: DirectoryFiles;
  readonly #oldest: number;

  constructor(
    private readonly directory: string,
    private readonly options: CollectOptions,
  ) {
    this.#files = new DirectoryFiles(directory);
    this.#reach = new Reach(this.#files);
    this.#oldest = now() - (options.grace ?? DEFAULT_GRACE_MS);
  }

  async look(): Promise<Garbage> {
    for (let looks = 1; ; looks++) {
      const stamp = await this.#files.stamp();
      try {
        return resultOf(await this.#find());
      } catch (error) {
        if (!isRemoraError(error) || error.code !== 'INCOMPLETE' || looks === MAX_LOOKS) throw error;
        if (stamp === (await this.#files.stamp())) throw error;
      }
    }
  }

  async collect({ young, foreign }: Garbage): Promise<Garbage> {
    const blobs: FoundBlob[] = [];
    const leftOvers: Found[] = [];
    for (let isDone = false; !isDone; ) {
      if (blobs.length > 0) await sleep(PAUSE_MS);
      await withLock(
        join(this.directory, LOCK_FILE),
        async (lock) => {
          // Most manifests are known by now, so that writers wait for a list of files alone.
          const found = await this.#find();
          const end = performance.now() + MAX_HOLD_MS;
          isDone = await this.#remove(lock, found.blobs, blobs, end);
          if (isDone) isDone = await this.#remove(lock, found.leftOvers, leftOvers, end);
        },
        { signal: this.options.signal },
      );
    }
    return resultOf({ blobs, leftOvers, young, foreign });
  }

  /** False where time was up before all were removed. */
  async #remove<F extends Found>(lock: HeldLock, found: readonly F[], removed: F[], end: number): Promise<boolean> {
    for (const [index, file] of found.entries()) {
      if (performance.now() > end) return false;
      // The lock is renewed meanwhile, and signals are heard.
      if (index % 64 === 63) await sleep(0);
      throwIfInterrupted(this.options.signal);
      if (this.#isOld(bestEffortSync(() => lstatSync(file.path))) && unlinkUnder(lock, file.path)) removed.push(file);
    }
    return true;
  }

  async #find() {
    const { signal } = this.options;
    const foreign: string[] = [];
    const all = await this.#blobs(foreign);
    const byDigest = new Map(all.map((blob) => [blob.digest, blob]));
    const reached = await this.#reach.reached(
      [...byDigest.keys()],
      (digest) => !this.#isOld(byDigest.get(digest)?.info),
      { signal },
    );
    const unnamed = all.filter(({ digest }) => !reached.has(digest));
    const blobs = unnamed.filter(({ info }) => this.#isOld(info));
    return { blobs, leftOvers: await this.#leftOvers(foreign), young: unnamed.length - blobs.length, foreign };
  }

  /** The blobs in folders of this layout. A folder that is a link is another's, who may name what is in it. */
  async #blobs(foreign: string[]): Promise<readonly FoundBlob[]> {
    const blobs: FoundBlob[] = [];
    if (!(await this.#isOwnFolder(BLOBS_DIRECTORY, foreign))) return blobs;
    const limit = limiter(32);
    for (const algorithm of await this.#files.list(BLOBS_DIRECTORY)) {
      const folder = `${BLOBS_DIRECTORY}/${algorithm}`;
      if (!ALGORITHMS.includes(algorithm)) foreign.push(folder);
      else if (await this.#isOwnFolder(folder, foreign)) {
        const look = async (encoded: string) => {
          const digest = `${algorithm}:${encoded}`;
          const name = `${folder}/${encoded}`;
          const info = isDigest(digest) ? await this.#info(name) : undefined;
          if (!isDigest(digest) || info?.isFile() === false) foreign.push(name);
          else if (info !== undefined)
            blobs.push({ name, digest, size: info.size, info, path: blobPath(this.directory, digest) });
        };
        await Promise.all((await this.#files.list(folder)).map((encoded) => limit(look, encoded)));
      }
    }
    return blobs.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Temporary files whose makers are gone, and uploads that nobody goes on with. */
  async #leftOvers(foreign: string[]): Promise<readonly Found[]> {
    const found: Found[] = [];
    const add = async (name: string) => {
      const info = await this.#info(name);
      if (info?.isFile() && this.#isOld(info)) found.push({ name, size: info.size, path: join(this.directory, name) });
    };
    for (const name of await this.#names('')) {
      const leftOver = await leftOverOf(join(this.directory, name));
      if (leftOver === 'abandoned') await add(name);
      else if (leftOver === undefined && !KNOWN.includes(name) && !isLock(name)) foreign.push(name);
    }
    if (!(await this.#isOwnFolder(UPLOADS_DIRECTORY, foreign))) return found;
    for (const id of await this.#names(UPLOADS_DIRECTORY)) {
      const name = `${UPLOADS_DIRECTORY}/${id}`;
      if (uploadOf(id) !== undefined) await add(name);
      else foreign.push(name);
    }
    return found;
  }

  async #isOwnFolder(name: string, foreign: string[]): Promise<boolean> {
    const info = await this.#info(name);
    if (info !== undefined && !info.isDirectory()) foreign.push(name);
    return info?.isDirectory() === true;
  }

  #names(folder: string): Promise<readonly string[]> {
    const path = join(this.directory, folder);
    return unlessMissing(readdir(path), path).then((names) => [...(names ?? [])].sort());
  }

  #info(name: string): Promise<Stats | undefined> {
    const path = join(this.directory, name);
    return unlessMissing(lstat(path), path);
  }

  /** A date in the future is that of a clock that jumped: such a file is young. */
  #isOld(info: Stats | undefined): boolean {
    return info?.isFile() === true && info.mtimeMs <= this.#oldest;
  }
}

function isLock(name: string): boolean {
  return name === LOCK_FILE || name.startsWith(`${LOCK_FILE}.`);
}

function unlinkUnder(lock: HeldLock, path: string): boolean {
  lock.assertHeld();
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw fileError(error, path);
  }
}

function resultOf({
  blobs,
  leftOvers,
  young,
  foreign,
}: Omit<Garbage, 'bytes' | 'blobs'> & { readonly blobs: readonly FoundBlob[] }): Garbage {
  return {
    blobs: blobs.map(({ digest, size }) => ({ digest, size })),
    leftOvers: leftOvers.map(({ name, size }) => ({ name, size })),
    bytes: [...blobs, ...leftOvers].reduce((sum, { size }) => sum + size, 0),
    young,
    foreign: [...new Set(foreign)].sort(),
  };
}
