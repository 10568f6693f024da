import { boolean, string } from '@oclif/core/flags';
import type { ConnectionOptions } from '../../io/http/connection-options.js';
import type { Place } from '../../oci/names/place.js';
import { given } from '../../oci/values/given.js';
import type { ElsewhereOptions } from '../../operations/places/elsewhere.js';

/** Where attachments live that are not beside their subject. */
export const elsewhereFlag = {
  'referrers-in': string({
    summary: 'Place where attachments live, asked as well',
    helpValue: 'PLACE',
    helpGroup: 'REGISTRY',
  }),
  'referrers-in-plain-http': boolean({
    summary: 'Use http with PLACE in another registry',
    dependsOn: ['referrers-in'],
    helpGroup: 'REGISTRY',
  }),
};

/** The values of the flags for that place. */
export interface ElsewhereFlags {
  readonly 'referrers-in'?: string | undefined;
  readonly 'referrers-in-plain-http'?: boolean | undefined;
  readonly 'auth-file'?: string | undefined;
  readonly debug: boolean;
}

/**
 * The place of the flag; undefined where the flag is not given.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export async function placeElsewhere({ 'referrers-in': text }: ElsewhereFlags): Promise<Place | undefined> {
  if (text === undefined) return undefined;
  const { wholePlace } = await import('../../operations/places/elsewhere.js');
  return wholePlace(text);
}

/**
 * How that place is reached. In a registry that the command line does not name elsewhere, it gets the stored login alone.
 *
 * @param others the places that secrets on the command line are for
 */
export async function elsewhereAccess(
  flags: ElsewhereFlags,
  referrersIn: Place | undefined,
  others: readonly object[],
  connection: ConnectionOptions | undefined,
  note: (text: string) => void,
): Promise<ElsewhereOptions> {
  const registries = others.flatMap((place) => ('registry' in place ? [place.registry] : []));
  const isOther = referrersIn?.kind === 'registry' && !registries.includes(referrersIn.registry);
  if (!isOther || registries.length === 0) return given({ referrersIn });
  const [{ withoutSecrets }, { storedCredentials }] = await Promise.all([
    import('../../operations/places/elsewhere.js'),
    import('./connection.js'),
  ]);
  const credentials = await storedCredentials(flags['auth-file'], flags.debug ? note : undefined);
  const plainHttp = flags['referrers-in-plain-http'] || undefined;
  const own = { ...withoutSecrets(connection), ...given({ plainHttp }) };
  return { referrersIn, referrersInAccess: { credentials, connection: own } };
}
