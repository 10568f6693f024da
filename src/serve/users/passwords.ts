import { createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Comparer } from './comparer.js';
import { type Guess, Guesses } from './guesses.js';
import { HtpasswdFile, type Users } from './htpasswd-file.js';

/** Whether a user may come in; what it says to those who may not, and when to try again. */
export type Admission = boolean | { readonly why: string; readonly retryAfter?: number };

/** Options of {@link readHtpasswd}. */
export interface HtpasswdOptions {
  /** Told when the file has changed, and cannot be read or has wrong lines. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /** Milliseconds that the answer to the fourth wrong password of a client waits, twice as many for each that follows. @default 100 */
  readonly firstDelay?: number | undefined;
}

/** Users of a file. */
export interface Passwords extends AsyncDisposable {
  /** @param client the same for all that it sends */
  check(username: string, password: string, client: string): Promise<Admission>;
}

/** bcrypt looks at no byte behind these. */
const PASSWORD_BYTES = 72;
/** Comparisons that run or wait; at the highest cost, the last of them ends after some 2 seconds. */
const COMPARISONS = 16;
/** Logins that need no other comparison, some 200 bytes each. */
const REMEMBERED = 1000;
/** The cost of `htpasswd -B` with a file that names no user. */
const DEFAULT_COST = '05';
const TOO_LONG = { why: `the password is longer than ${PASSWORD_BYTES} bytes, and bcrypt would look at these alone` };
const BUSY = { why: 'too many logins at a time', retryAfter: 1 };

/**
 * Reads a file of `htpasswd -B`, and again when it changes. Comparisons run in threads, a few at a time; clients that
 * fail wait longer and longer. A user who is logged in waits for neither.
 *
 * @throws RemoraError as {@link HtpasswdFile.open}
 */
export async function readHtpasswd(path: string, options: HtpasswdOptions = {}): Promise<Passwords> {
  const file = await HtpasswdFile.open(path, options.onWarning ?? (() => {}));
  const guesses = new Guesses(options.firstDelay);
  const comparer = new Comparer();
  // Keys of it tell of no password outside of this process.
  const secret = randomBytes(32);
  const verified = new Set<string>();
  const asked = new Map<string, Promise<Admission>>();

  const isRight = async (username: string, password: string, users: Users): Promise<boolean> => {
    const hash = users.hashes.get(username);
    // A password with a NUL equals a shorter one, and U+FFFD stands for bytes that are not text.
    const isPossible = Buffer.byteLength(password) <= PASSWORD_BYTES && !/[\0\uFFFD]/.test(password);
    const isEqual = await comparer.compare(isPossible ? password : 'x', hash ?? dummyFor(username, users));
    if (!isEqual || !isPossible || hash === undefined) return false;
    // The user may have been taken out meanwhile.
    return (await file.users()).hashes.get(username) === hash;
  };

  const guess = async (username: string, password: string, users: Users, key: string, place: Guess) => {
    try {
      if (await isRight(username, password, users)) {
        place.succeeded();
        remember(verified, key);
        return true;
      }
      await sleep(place.failed());
      return Buffer.byteLength(password) > PASSWORD_BYTES ? TOO_LONG : false;
    } finally {
      place.end();
    }
  };

  /** A user costs what one of the file does, also who is not in it: time must not tell them apart. */
  const dummyFor = (username: string, { costs }: Users): string => {
    const at = createHmac('sha256', secret).update(username).digest().readUInt32BE() % Math.max(costs.length, 1);
    return `$2b$${costs[at] ?? DEFAULT_COST}$${'a'.repeat(21)}u${'A'.repeat(31)}`;
  };

  const check = async (username: string, password: string, client: string): Promise<Admission> => {
    const users = await file.users();
    const key = createHmac('sha256', secret)
      .update(JSON.stringify([users.hashes.get(username) ?? null, username, password]))
      .digest('base64');
    if (verified.has(key)) return true;
    // Clients send several requests at a time, and the same password with each.
    const shared = `${client} ${key}`;
    const known = asked.get(shared);
    if (known !== undefined) return known;
    const place = comparer.size < COMPARISONS ? guesses.begin(client) : undefined;
    if (place === undefined) return BUSY;
    const answer = guess(username, password, users, key, place).finally(() => asked.delete(shared));
    asked.set(shared, answer);
    return answer;
  };

  return { check, [Symbol.asyncDispose]: () => comparer.close() };
}

function remember(keys: Set<string>, key: string): void {
  keys.add(key);
  if (keys.size <= REMEMBERED) return;
  for (const oldest of keys) {
    keys.delete(oldest);
    return;
  }
}
