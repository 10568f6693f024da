import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of a secret: 256 bits. */
const SECRET_BYTES = 32;

/** The parameter of an address that holds a token. */
export const TOKEN = 'token';

/** The answer to a request: it is let in, it gets a cookie, or it is refused. */
export type Entry = { readonly cookie: string } | 'admitted' | 'refused';

/**
 * Lets in the holder of a token. A token in the address is exchanged for a cookie, so that no history keeps it. A browser
 * sends a cookie of 127.0.0.1 to each of its ports: this one is for a path that no other server knows.
 */
export class Admission {
  readonly #token = secret();
  readonly #cookie = secret();
  #launch: string | undefined;
  /** The folder of all pages, like `/3f9a…/`. */
  readonly folder = `/${randomBytes(8).toString('hex')}/`;

  /** The query that lets its holder in, as often as it is used. */
  get query(): string {
    return `?${TOKEN}=${this.#token}`;
  }

  /** The query that lets one in once: a command line, which others see, hands it to a browser. */
  launchQuery(): string {
    this.#launch = secret();
    return `?${TOKEN}=${this.#launch}`;
  }

  enter(token: string | null, cookies: string | undefined, port: number | undefined): Entry {
    const name = `remora-${port}`;
    if (token !== null) {
      if (!this.#isToken(token)) return 'refused';
      return { cookie: `${name}=${this.#cookie}; Path=${this.folder}; HttpOnly; SameSite=Strict` };
    }
    const held = (cookies ?? '').split(/;\s*/).filter((cookie) => cookie.startsWith(`${name}=`));
    return held.some((cookie) => isSame(cookie.slice(name.length + 1), this.#cookie)) ? 'admitted' : 'refused';
  }

  #isToken(token: string): boolean {
    const isLaunch = this.#launch !== undefined && isSame(token, this.#launch);
    if (isLaunch) this.#launch = undefined;
    return isLaunch || isSame(token, this.#token);
  }
}

function secret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Compares in a time that tells nothing about either. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}
