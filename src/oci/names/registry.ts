import { isAccepted, isRemoraError, RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { parseReference } from './reference.js';

/** True for a host of a reference, with or without a port. A single word is a host too. */
export function isRegistryName(text: string): boolean {
  const withPort = /:\d+$/.test(text) ? text : `${text}:443`;
  return isAccepted(() => parseReference(`${withPort}/x`).registry === withPort);
}

/**
 * Parses `host[:port]`. All names of Docker Hub give `docker.io`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseRegistry(text: string): string {
  const fail = (why: string, hint: string) =>
    new RemoraError('INVALID_ARGUMENT', `registry ${quote(text)} is not well formed: ${why}`, { found: text, hint });
  const [, scheme = '', rest = ''] = /^([a-z]+:\/\/)?(.*)$/is.exec(text) ?? [];
  const [host = ''] = rest.split('/');
  const write = isRegistryName(host) ? `Write ${host}` : 'Write host[:port] only, like ghcr.io';
  if (host.includes('@')) {
    const name = host.slice(host.lastIndexOf('@') + 1);
    throw new RemoraError('INVALID_ARGUMENT', `registry ${quote(name)} has a user before it`, {
      found: name,
      hint: `Write ${isRegistryName(name) ? name : 'the host'} alone`,
    });
  }
  if (scheme !== '') throw fail('it starts with a URL scheme', write);
  if (rest !== host) throw fail('text follows the host', write);
  try {
    const { registry } = parseReference(`${host}/x`);
    // A single word in front of a slash is a folder of Docker Hub, not a host.
    if (registry === host || !isRegistryName(host) || /[.:]/.test(host)) return registry;
  } catch (error) {
    if (!isRemoraError(error)) throw error;
  }
  const word = isRegistryName(host);
  throw fail(
    word ? 'a host has a dot or a port' : `${quote(host)} is not a host`,
    word ? `Write it with its port, like ${host}:443` : 'Write host[:port] only, like ghcr.io',
  );
}
