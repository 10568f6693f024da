import { RemoraError } from '../../errors.js';
import { given } from '../../oci/values/given.js';
import type { AccessOptions } from '../../operations/places/location.js';
import { type ConnectionFlags, storedCredentials } from './connection.js';

/**
 * How each registry is reached that a page shows. A credential and headers of the command line are for the registry of
 * the place that it names: a page may lead to others.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for such a flag without a registry
 */
export async function accessByRegistry(
  flags: ConnectionFlags,
  own: string | undefined,
  access: AccessOptions,
  note: (text: string) => void,
): Promise<(registry: string | undefined) => AccessOptions> {
  const isSecret = flags.username !== undefined || flags['identity-token-stdin'] || (flags.header ?? []).length > 0;
  if (!isSecret) return () => access;
  if (own === undefined)
    throw new RemoraError('INVALID_ARGUMENT', 'credentials and headers are given for no registry', {
      hint: 'Name a place in the registry that they are for, like ghcr.io/acme/app',
    });
  const { credentials: _own, connection = {}, ...rest } = access;
  const stored = await storedCredentials(flags['auth-file'], flags.debug ? note : undefined);
  const others = { ...rest, connection: { ...connection, headers: undefined }, ...given({ credentials: stored }) };
  return (registry) => (registry === own ? access : others);
}

/** The flags of the connection that other commands need as well, without secrets. */
export function repeatedFlags(flags: ConnectionFlags): readonly string[] {
  const { 'plain-http': plainHttp, insecure, referrers = 'auto' } = flags;
  const files = (['ca-file', 'cert-file', 'key-file', 'auth-file'] as const).flatMap((name) => {
    const file = flags[name];
    return file === undefined ? [] : [`--${name}`, file];
  });
  return [
    ...(plainHttp === undefined ? [] : [plainHttp ? '--plain-http' : '--no-plain-http']),
    ...(insecure ? ['--insecure'] : []),
    ...files,
    ...(referrers === 'auto' ? [] : ['--referrers', referrers]),
  ];
}
