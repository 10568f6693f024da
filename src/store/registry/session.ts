import { RemoraError } from '../../errors.js';
import type { HttpClient } from '../../io/http/client.js';
import type { Session } from '../interfaces/session.js';

/** The clients of each open session, by the origin of their registry. */
const clients = new WeakMap<Session, Map<string, HttpClient>>();

/** Opens a session: calls that get it as `session` share connections, and ask for fewer tokens. It sends no request yet. */
export function openSession(): Session {
  const own = new Map<string, HttpClient>();
  const session: Session = {
    async close() {
      clients.delete(session);
      await Promise.all([...own.values()].map((client) => client.close()));
      own.clear();
    },
    [Symbol.asyncDispose]: () => session.close(),
  };
  clients.set(session, own);
  return session;
}

/**
 * The client of a session for a registry; the first call makes it, and its options hold for the whole session.
 *
 * @throws RemoraError `INVALID_ARGUMENT` when the session is closed
 */
export function sharedClient(session: Session, registry: URL, make: () => HttpClient): HttpClient {
  const own = clients.get(session);
  if (own === undefined) throw new RemoraError('INVALID_ARGUMENT', 'the session is closed');
  const client = own.get(registry.origin) ?? make();
  own.set(registry.origin, client);
  return client;
}
