import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** Looks up a host. Names below `localhost` are this machine (RFC 6761 §6.3), which not every system knows. */
export const lookUp: LookupFunction = (hostname, options, callback) =>
  lookup(/\.localhost\.?$/i.test(hostname) ? 'localhost' : hostname, options, callback);
