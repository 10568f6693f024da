import { isRemoraError } from '../../errors.js';
import type { Session } from '../../store/interfaces/session.js';
import { openSession } from '../../store/open.js';

interface Kept {
  readonly session: Promise<Session>;
  users: number;
  isOld: boolean;
}

/**
 * Keeps a session for the requests of all pages. A refusal ends it: the user may log in elsewhere and ask again, and the
 * session would go on with the login that was refused.
 */
export class Sessions implements AsyncDisposable {
  #kept: Kept | undefined;

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    this.#kept ??= { session: openSession(), users: 0, isOld: false };
    const kept = this.#kept;
    kept.users += 1;
    try {
      return await work(await kept.session);
    } catch (error) {
      if (isRemoraError(error) && (error.code === 'UNAUTHORIZED' || error.code === 'FORBIDDEN')) this.#retire(kept);
      throw error;
    } finally {
      kept.users -= 1;
      if (kept.isOld && kept.users === 0) await (await kept.session).close();
    }
  }

  #retire(kept: Kept): void {
    kept.isOld = true;
    if (this.#kept === kept) this.#kept = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#kept?.session)?.close();
  }
}
