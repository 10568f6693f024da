import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isRemoraError, RemoraError } from '../../../errors.js';
import { once } from '../../../io/async/once.js';
import { withLock } from '../../../io/files/lock.js';
import { makeDirectory } from '../../../io/files/make-directory.js';
import { stampAt } from '../../../io/files/stamp.js';
import { ifSystemError, UNREADABLE_CODES } from '../../../io/files/system-error.js';
import { isRepository } from '../../../oci/names/reference.js';
import type { Repositories, Repository } from '../../interfaces/hosting.js';
import { checkLayout, hasLayoutNames } from '../check-layout.js';
import { createLayout } from '../create.js';
import { INDEX_FILE, LAYOUT_FILE, LOCK_FILE } from '../files/paths.js';
import { KeptManifests } from '../manifests/kept.js';
import { HostedLayout } from './hosted-store.js';
import { hasLinks, leadsElsewhere, ServedFiles } from './served-files.js';

/** Names of files that layouts have: a repository of that name inside another could not be told from them. */
function isReserved(part: string): boolean {
  return part === 'blobs' || part === LAYOUT_FILE || part === INDEX_FILE || part.startsWith(LOCK_FILE);
}

const MAX_DEPTH = 16;

/** Options of {@link openRepositories}. */
export interface OpenRepositoriesOptions {
  /** The repository's name when the directory is one layout. @default the directory's own name, in lower case */
  readonly name?: string | undefined;
  /** Create no repository beyond so many, over all processes. @default no limit */
  readonly maxRepositories?: number | undefined;
}

/** It is held while a repository is created, where their number is limited. */
const CREATION_LOCK = '.remora-repositories.lock';

function servedLayout(directory: string, manifests: KeptManifests): HostedLayout {
  return new HostedLayout(directory, new ServedFiles(directory), manifests);
}

/**
 * The repositories below a directory: the directory itself when it is a layout, else every layout in it, named by its
 * path.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when a single layout has no name that fits, and as `openLayout`
 */
export async function openRepositories(
  directory: string,
  options: OpenRepositoriesOptions = {},
): Promise<Repositories> {
  const path = resolve(directory);
  if (await isLayout(path)) return singleRepository(nameFor(path, options.name), { directory: path });
  if (options.name === undefined) return new LayoutRoot(path, options.maxRepositories ?? Number.POSITIVE_INFINITY);
  throw new RemoraError('INVALID_ARGUMENT', `${directory} is not an image layout, and does not have a single name`, {
    found: options.name,
    hint: 'Leave out the name: repositories below a directory are called by their paths',
  });
}

/**
 * The name of a single layout's repository.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when it does not fit
 */
export function nameFor(directory: string, wanted: string | undefined): string {
  const name = wanted ?? basename(resolve(directory)).toLowerCase();
  if (isRepository(name)) return name;
  throw new RemoraError('INVALID_ARGUMENT', `${JSON.stringify(name)} is not a repository name`, {
    found: name,
    hint: 'Give one that fits, like team/app',
  });
}

/** A single repository under a name. Links in its directory are not followed. */
export function singleRepository(name: string, { directory }: Pick<Repository, 'directory'>): Repositories {
  const repository = servedLayout(directory, new KeptManifests());
  return {
    open: async (wanted) => (wanted === name && !hasLinks(directory) ? repository : undefined),
    names: async () => [name],
    close: () => repository.close(),
    [Symbol.asyncDispose]: () => repository.close(),
  };
}

class LayoutRoot implements Repositories {
  readonly #open = new Map<string, Promise<HostedLayout>>();
  /** The stamp of the file that says of each path that it is a layout. */
  readonly #layouts = new Map<string, string>();
  readonly #manifests = new KeptManifests();

  constructor(
    private readonly directory: string,
    private readonly most: number,
  ) {}

  async open(name: string, { create }: { readonly create: boolean }): Promise<Repository | undefined> {
    const parts = name.split('/');
    if (
      !isRepository(name) ||
      parts.length > MAX_DEPTH ||
      parts.some((part) => isReserved(part) || Buffer.byteLength(part) > 255)
    )
      return undefined;
    const path = join(this.directory, ...parts);
    const known = this.#open.get(name);
    // A failure is reported to the caller that began to open it.
    await Promise.allSettled([known]);
    if (leadsElsewhere(this.directory, name) || hasLinks(path)) return undefined;
    if (!(await this.#isLayout(path))) {
      if (!create || (await isInTheWay(this.directory, parts))) return undefined;
      // It was removed since it was opened.
      if (known !== undefined && known === this.#open.get(name)) this.#open.delete(name);
    }
    // All callers share one object, which has the upload sessions in order.
    return once(this.#open, name, async () => {
      // The repositories of a deeper name are not foreign files.
      if (create) await this.#create(path);
      return servedLayout(path, this.#manifests);
    });
  }

  async #isLayout(path: string): Promise<boolean> {
    const stamp = stampAt(join(path, LAYOUT_FILE));
    if (stamp !== undefined && this.#layouts.get(path) === stamp) return true;
    if (!(await isLayout(path))) return false;
    if (stamp !== undefined) this.#layouts.set(path, stamp);
    return true;
  }

  /** @throws RemoraError `FORBIDDEN` for one more than may be */
  async #create(path: string): Promise<void> {
    if (this.most === Number.POSITIVE_INFINITY || (await isLayout(path)))
      return createLayout(path, { amongOthers: true });
    await makeDirectory(this.directory);
    await withLock(join(this.directory, CREATION_LOCK), async () => {
      const { length } = await this.names();
      if (length >= this.most && !(await isLayout(path)))
        throw new RemoraError('FORBIDDEN', `there are ${length} repositories, the limit that --max-repositories sets`);
      await createLayout(path, { amongOthers: true });
    });
  }

  async names(): Promise<readonly string[]> {
    const found: string[] = [];
    const walk = async (parts: readonly string[]): Promise<void> => {
      const path = join(this.directory, ...parts);
      const children = (await ifSystemError(readdir(path, { withFileTypes: true }), ...UNREADABLE_CODES)) ?? [];
      const isLayoutHere = parts.length > 0 && hasLayoutNames(children.map(({ name }) => name));
      if (isLayoutHere && !hasLinks(path)) found.push(parts.join('/'));
      if (parts.length === MAX_DEPTH) return;
      for (const child of children) {
        if (child.isDirectory() && !isReserved(child.name) && isRepository(child.name))
          await walk([...parts, child.name]);
      }
    };
    await walk([]);
    return found.sort();
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(opened.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Whether a file has the place of one of the directories. */
async function isInTheWay(directory: string, parts: readonly string[]): Promise<boolean> {
  const paths = parts.map((_, index) => join(directory, ...parts.slice(0, index + 1)));
  const files = paths.map(
    async (path) => (await ifSystemError(stat(path), ...UNREADABLE_CODES))?.isDirectory() === false,
  );
  return (await Promise.all(files)).includes(true);
}

async function isLayout(path: string): Promise<boolean> {
  try {
    await checkLayout(path);
    return true;
  } catch (error) {
    if (isRemoraError(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}
