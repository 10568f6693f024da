import { readFile, stat } from 'node:fs/promises';
import { isRemoraError, RemoraError } from '../../errors.js';
import { fileError } from '../../io/files/system-error.js';
import { quote } from '../../oci/text/quote.js';

/** The users of a file. */
export interface Users {
  /** The bcrypt hash of each name. */
  readonly hashes: ReadonlyMap<string, string>;
  /** The cost of each hash, two digits. */
  readonly costs: readonly string[];
}

/** A comparison at cost 12 takes a quarter of a second, at 13 half of one: strangers may order it. */
export const HIGHEST_COST = 12;
/** bcrypt has none below. */
const LOWEST_COST = 4;
const LINE = /^([^:]+):(\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53})$/;

/** Warnings about one state of the file; more would bury them. */
const WARNINGS = 5;

const NO_USERS: Users = { hashes: new Map(), costs: [] };
const NOT_A_FILE = 'not a file';

/** A file of `htpasswd -B`, which is read again when it changes. */
export class HtpasswdFile {
  #users = NO_USERS;
  #stamp = '';
  #isPipe = false;
  #loading: { readonly stamp: string; readonly users: Promise<Users> } | undefined;

  private constructor(
    private readonly path: string,
    private readonly warn: (text: string) => void,
  ) {}

  /**
   * @throws RemoraError `NOT_FOUND`, `IO`, `MALFORMED` (a line that is not a bcrypt entry: other hashes are not safe; a
   * cost above {@link HIGHEST_COST})
   */
  static async open(path: string, warn: (text: string) => void): Promise<HtpasswdFile> {
    const file = new HtpasswdFile(path, warn);
    const stamp = await file.#look();
    const { users, failures } = usersIn(await file.#read(), path);
    if (failures[0] !== undefined) throw failures[0];
    file.#users = users;
    file.#stamp = stamp;
    file.#isPipe = stamp === NOT_A_FILE;
    return file;
  }

  /**
   * The users of the file as it is now. A line that has become wrong admits nobody, and neither does a file that cannot
   * be read; both are told by a warning.
   */
  async users(): Promise<Users> {
    // A pipe can be read once.
    if (this.#isPipe) return this.#users;
    const stamp = await this.#look().catch(codeOf);
    if (stamp === this.#stamp) return this.#users;
    if (this.#loading?.stamp !== stamp) this.#loading = { stamp, users: this.#load(stamp) };
    return this.#loading.users;
  }

  async #load(stamp: string): Promise<Users> {
    try {
      if (stamp === NOT_A_FILE) throw new RemoraError('IO', `${this.path} is not a file any more`);
      const { users, failures } = usersIn(await this.#read(), this.path);
      for (const { message } of failures.slice(0, WARNINGS)) this.warn(`${message}; the line admits nobody`);
      this.#users = users;
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      this.warn(`${error.message}; every login is refused until it can be read`);
      this.#users = NO_USERS;
    }
    this.#stamp = stamp;
    return this.#users;
  }

  /** Changes whenever the file does; content that keeps its size and its time changes the time of its inode. */
  async #look(): Promise<string> {
    const info = await this.#orFileError(stat(this.path, { bigint: true }));
    if (!info.isFile()) return NOT_A_FILE;
    return [info.dev, info.ino, info.size, info.mtimeNs, info.ctimeNs].join(' ');
  }

  #read(): Promise<string> {
    return this.#orFileError(readFile(this.path, 'utf8'));
  }

  async #orFileError<T>(promise: Promise<T>): Promise<T> {
    return promise.catch((error: unknown) => {
      throw fileError(error, this.path);
    });
  }
}

/** Stands for a state of the file, too. @throws all but a RemoraError */
function codeOf(error: unknown): string {
  if (isRemoraError(error)) return error.code;
  throw error;
}

function usersIn(text: string, path: string): { readonly users: Users; readonly failures: readonly RemoraError[] } {
  const hashes = new Map<string, string>();
  const failures: RemoraError[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, hash = '', cost = ''] = LINE.exec(line.trim()) ?? [];
    if (name === undefined || Number(cost) < LOWEST_COST) {
      failures.push(
        new RemoraError('MALFORMED', `${path} line ${index + 1} is not a user with a bcrypt hash`, {
          hint: 'Make the file with htpasswd -B -c FILE USER',
        }),
      );
    } else if (Number(cost) > HIGHEST_COST) {
      failures.push(
        new RemoraError(
          'MALFORMED',
          `${path} line ${index + 1}: the bcrypt cost of ${quote(name)} is ${Number(cost)}, wanted ${HIGHEST_COST} at most`,
          {
            expected: HIGHEST_COST,
            found: Number(cost),
            hint: `Make the entry again with htpasswd -B -C ${HIGHEST_COST}`,
          },
        ),
      );
    } else hashes.set(name, hash.replace(/^\$2[xy]/, '$2b'));
  }
  return { users: { hashes, costs: [...hashes.values()].map((hash) => hash.slice(4, 6)) }, failures };
}
