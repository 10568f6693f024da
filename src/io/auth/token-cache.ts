import { createHash } from 'node:crypto';
import { isInterruption, unlessInterrupted } from '../async/interrupt.js';
import { once } from '../async/once.js';

/** A Bearer token and when it ends. */
interface Token {
  readonly text: string;
  /** `performance.now()` after which it is not sent any more. */
  readonly until: number;
  /** The scopes in the question for it. */
  readonly scopes: readonly string[];
}

const MAX_TOKENS = 1000;
/** The token specification's own default. */
const DEFAULT_LIFETIME_S = 60;

/**
 * Bearer tokens of this process by token server, service and credential. A token that covers more serves for less, and
 * callers at the same time share a request.
 */
export class TokenCache {
  readonly #tokens = new Map<string, Token[]>();
  readonly #pending = new Map<string, Promise<string>>();
  #count = 0;

  /**
   * A token that covers `scopes`: a known one, or what `fetch` gives.
   *
   * @param refused a token that the registry did not take; it is forgotten
   */
  async get(
    key: string,
    scopes: readonly string[],
    refused: string | undefined,
    fetch: () => Promise<{ readonly token: string; readonly expiresIn: number | undefined }>,
    signal?: AbortSignal,
  ): Promise<{ readonly token: string; readonly isNew: boolean }> {
    if (refused !== undefined) this.#forget(key, refused);
    const known = this.find(key, scopes);
    if (known !== undefined) return { token: known, isNew: false };
    const pendingKey = `${key} ${scopes.join(' ')}`;
    for (let other = this.#pending.get(pendingKey); other !== undefined; other = this.#pending.get(pendingKey)) {
      try {
        return { token: await unlessInterrupted(other, signal), isNew: true };
      } catch (error) {
        // The other one was stopped; this one was not. A refusal is for both: asking again could lock an account.
        if (!isInterruption(error) || signal?.aborted) throw error;
      }
    }
    const asked = performance.now();
    const fetched = once(this.#pending, pendingKey, async () => {
      const { token, expiresIn } = await fetch();
      this.#add(key, { text: token, until: asked + usable(expiresIn), scopes });
      return token;
    });
    try {
      return { token: await fetched, isNew: true };
    } finally {
      this.#pending.delete(pendingKey);
    }
  }

  /** A known token that covers `scopes` and has not ended. */
  find(key: string, scopes: readonly string[]): string | undefined {
    const now = performance.now();
    return this.#tokens.get(key)?.find((token) => token.until > now && covers(token.scopes, scopes))?.text;
  }

  /** Where one token is refused, those that were given out with it may be as worthless. */
  #forget(key: string, text: string): void {
    if (this.#tokens.get(key)?.some((token) => token.text === text)) this.#tokens.delete(key);
  }

  #add(key: string, token: Token): void {
    const now = performance.now();
    if (++this.#count > MAX_TOKENS) {
      this.#tokens.clear();
      this.#count = 1;
    }
    this.#tokens.set(key, [...(this.#tokens.get(key) ?? []).filter(({ until }) => until > now), token]);
  }
}

/** Milliseconds that a token is used: it is renewed before it ends, since requests take time to arrive. */
function usable(expiresIn: number | undefined): number {
  const seconds = expiresIn !== undefined && expiresIn > 0 ? expiresIn : DEFAULT_LIFETIME_S;
  return (seconds - Math.min(10, seconds / 5)) * 1000;
}

/** A key that gives away nothing of the secrets in it. */
export function secretKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

const SCOPE = /^(.+):([^:]*)$/;

/** Whether everything in `wanted` was asked for in `granted`. */
export function covers(granted: readonly string[], wanted: readonly string[]): boolean {
  const actions = new Map(mergeScopes(granted).map((scope) => split(scope)));
  return wanted.every((scope) => {
    const [resource, needed] = split(scope);
    return needed.every((action) => actions.get(resource)?.includes(action));
  });
}

/** Joins the actions of each resource in a single scope; the order is that of first appearance. */
export function mergeScopes(scopes: readonly string[]): readonly string[] {
  const merged = new Map<string, Set<string>>();
  for (const scope of scopes) {
    const [resource, actions] = split(scope);
    const known = merged.get(resource) ?? new Set();
    for (const action of actions) known.add(action);
    merged.set(resource, known);
  }
  return [...merged].map(([resource, actions]) => `${resource}:${[...actions].join(',')}`);
}

function split(scope: string): [resource: string, actions: readonly string[]] {
  const [, resource = scope, actions = ''] = SCOPE.exec(scope) ?? [];
  return [resource, actions.split(',').filter((action) => action !== '')];
}
