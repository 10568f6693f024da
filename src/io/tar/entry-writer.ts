import { link, lstat, mkdir, open, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import type { Unpacked, UnpackLimit } from '../compression/unpack-limit.js';
import { linkFault, nameFault } from '../files/safe-path.js';
import { gitFault, refuseHidden } from '../files/same-name.js';
import { fileError, ifSystemError, systemCode } from '../files/system-error.js';
import type { TarEntry } from './entries.js';

/** Directories and symlinks are remembered until the end; so much of their names is held in memory. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/** Options of {@link EntryWriter}. */
export interface EntryWriterOptions {
  /** The clean path that every entry must be below; `.` for none. */
  readonly prefix: string;
  readonly limit: UnpackLimit;
  /** The archive may be one of a single file whose name is `prefix`: the file comes to the place of the directory. @default false */
  readonly mayBeFile?: boolean | undefined;
  /** False refuses names that begin with a dot. @default true */
  readonly mayHide?: boolean | undefined;
}

/**
 * Writes hostile entries into a fresh directory that no other process writes to.
 *
 * No symlink exists there before {@link finish}, so that no path can lead out of it; and nothing is ever opened that
 * exists already, so that the file system itself finds names that are one to it (letter case, Unicode forms).
 */
export class EntryWriter {
  readonly #directories = new Map<string, 'listed' | 'implied'>();
  readonly #symlinks = new Map<string, string>();
  #heldBytes = 0;

  constructor(
    private readonly directory: string,
    private readonly used: Unpacked,
    private readonly options: EntryWriterOptions,
  ) {
    if (!options.mayBeFile) this.#directories.set('', 'implied');
  }

  async write(entry: TarEntry): Promise<void> {
    if (this.#isAbove(entry)) return this.options.limit.countEntry(this.used);
    const name = this.#placeOf(entry.name);
    this.options.limit.countEntry(this.used);
    if (entry.type === 'directory') return this.#listDirectory(name);
    if (name === '' && !(this.options.mayBeFile && entry.type === 'file'))
      throw bad(entry.name, `is a ${entry.type}, wanted a directory`);
    if (name !== '') await this.#makeParent(name);
    if (this.#symlinks.has(name)) throw bad(entry.name, 'is there twice');
    if (entry.type === 'symlink') this.#keepSymlink(name, entry);
    else if (entry.type === 'hard link') await this.#makeHardLink(name, entry);
    else await this.#writeFile(name, entry);
  }

  /** Creates the symlinks. */
  async finish(): Promise<void> {
    for (const [name, target] of this.#symlinks) await this.#attempt(name, symlink(target, this.#path(name)));
  }

  /** A directory that only leads to the prefix: KitOps lists them, too. */
  #isAbove({ name, type }: TarEntry): boolean {
    const { mayBeFile, prefix } = this.options;
    if (!mayBeFile || type !== 'directory' || prefix === '.') return false;
    const clean = name.split('/').filter((part) => part !== '' && part !== '.');
    return clean.length === 0 || prefix.startsWith(`${clean.join('/')}/`);
  }

  /** The clean name below the prefix; empty for the directory itself. */
  #placeOf(name: string): string {
    const isTop = name === '.' || name === './';
    const fault = isTop ? undefined : (nameFault(name) ?? gitFault(name));
    if (fault !== undefined) throw bad(name, `cannot be unpacked: ${fault}`);
    const clean = name.split('/').filter((part) => part !== '' && part !== '.');
    if (this.options.mayHide === false) refuseHidden(clean.join('/'));
    if (this.options.prefix === '.') return clean.join('/');
    const prefix = this.options.prefix.split('/');
    if (prefix.some((part, index) => clean[index] !== part))
      throw bad(name, `is not below ${quote(this.options.prefix)}`);
    return clean.slice(prefix.length).join('/');
  }

  #listDirectory(name: string): Promise<void> | undefined {
    if (this.#directories.get(name) === 'listed') throw bad(name, 'is there twice');
    if (this.#directories.has(name)) this.#directories.set(name, 'listed');
    else return this.#makeDirectory(name, 'listed');
  }

  async #makeParent(name: string): Promise<void> {
    const parent = name.slice(0, Math.max(name.lastIndexOf('/'), 0));
    if (this.#symlinks.has(parent)) throw bad(name, `is below ${quote(parent)}, which is a symlink`);
    if (!this.#directories.has(parent)) await this.#makeDirectory(parent, 'implied');
  }

  async #makeDirectory(name: string, how: 'listed' | 'implied'): Promise<void> {
    if (name !== '') await this.#makeParent(name);
    if (how === 'implied') this.options.limit.countEntry(this.used);
    this.#hold(name);
    await this.#attempt(name, mkdir(this.#path(name), 0o755));
    this.#directories.set(name, how);
  }

  #keepSymlink(name: string, entry: TarEntry): void {
    const fault = linkFault(name, entry.target) ?? gitFault(entry.target);
    if (fault !== undefined) throw bad(name, `is a symlink to ${quote(entry.target)}: ${fault}`);
    this.#hold(name + entry.target);
    this.#symlinks.set(name, entry.target);
  }

  async #makeHardLink(name: string, entry: TarEntry): Promise<void> {
    const target = this.#path(this.#placeOf(entry.target));
    const stats = await this.#attempt(name, ifSystemError(lstat(target), 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG'));
    if (!stats?.isFile()) throw bad(name, `is a hard link to ${quote(entry.target)}, wanted a file from before it`);
    await this.#attempt(name, link(target, this.#path(name)));
  }

  /** Of the mode, only the owner's execute bit counts; the rest is for the user's umask to say. */
  async #writeFile(name: string, entry: TarEntry): Promise<void> {
    const handle = await this.#attempt(name, open(this.#path(name), 'wx', entry.mode & 0o100 ? 0o755 : 0o644));
    try {
      for await (const bytes of entry.content) await this.#attempt(name, handle.writeFile(bytes));
    } finally {
      await handle.close();
    }
  }

  async #attempt<T>(name: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (['EEXIST', 'ENOTDIR', 'EISDIR'].includes(code)) throw bad(name, 'is there twice, or below a file', error);
      throw fileError(error, this.#path(name));
    }
  }

  #path(name: string): string {
    return join(this.directory, ...name.split('/'));
  }

  #hold(text: string): void {
    this.#heldBytes += Buffer.byteLength(text);
    if (this.#heldBytes <= MAX_HELD_BYTES) return;
    throw new RemoraError('SIZE_MISMATCH', `tar archive has names of more than ${MAX_HELD_BYTES} bytes together`);
  }
}

function bad(name: string, problem: string, cause?: unknown): RemoraError {
  return new RemoraError('MALFORMED', `tar entry ${quote(name)} ${problem}`, { cause });
}
