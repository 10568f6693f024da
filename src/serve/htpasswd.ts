import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { compare } from 'bcryptjs';
import { RemoraError } from '../errors.js';
import { fileError } from '../io/files/system-error.js';

/** Says whether a user has that password. */
export type PasswordCheck = (username: string, password: string) => Promise<boolean>;

const LINE = /^([^:]+):(\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53})$/;
const REMEMBERED = 1000;
const NOBODY = '$2b$10$abcdefghijklmnopqrstuuAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/**
 * Reads a file of `htpasswd -B`.
 *
 * @throws RemoraError `NOT_FOUND`, `IO`, `MALFORMED` (a line that is not a bcrypt entry: other hashes are not safe)
 */
export async function readHtpasswd(path: string): Promise<PasswordCheck> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, path);
  });
  const hashes = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line.trim());
    if (!match?.[1] || !match[2]) {
      throw new RemoraError('MALFORMED', `${path} line ${index + 1} is not a user with a bcrypt hash`, {
        hint: 'Make the file with htpasswd -B -c FILE USER',
      });
    }
    hashes.set(match[1], match[2].replace(/^\$2[xy]/, '$2b'));
  }
  // bcrypt is slow on purpose, and clients send the same password with every request.
  const known = new Set<string>();
  return async (username, password) => {
    // A user who is not known costs the same time as one who is.
    const hash = hashes.get(username) ?? NOBODY;
    const key = createHash('sha256').update(`${hash}\n${username}\n${password}`).digest('base64');
    if (known.has(key)) return true;
    if (!(await compare(password, hash)) || hash === NOBODY) return false;
    if (known.size >= REMEMBERED) known.clear();
    known.add(key);
    return true;
  };
}
