import { boolean, option, string } from '@oclif/core/flags';
import { KINDS, type Kind } from '../../formats/kinds/kind.js';
import { given } from '../../oci/values/given.js';
import { parseMediaType } from '../../oci/values/media-types.js';
import type { SideAccess } from '../../operations/copy/copy.js';
import type { CopyLocations } from '../../operations/copy/locations.js';
import type { CopySelection } from '../../operations/copy/selection.js';
import type { ElsewhereOptions } from '../../operations/places/elsewhere.js';
import type { AccessOptions } from '../../operations/places/location.js';
import { type ConnectionFlags, storedCredentials } from './connection.js';
import { type ElsewhereFlags, elsewhereAccess, placeElsewhere } from './elsewhere.js';
import { parseSelector, type SelectionFlags, selectionFlags, selectionFrom } from './selection.js';
import { type Side, type SideSecretFlags, sideFlags, sideSecrets } from './sides.js';
import { type TlsFlags, tlsOptions, wantsTls } from './tls.js';

const several = { multiple: true, multipleNonGreedy: true } as const;

/** Which attachments are copied. */
export const copySelectionFlags = {
  ...selectionFlags,
  latest: boolean({ summary: 'The newest that fits, by org.opencontainers.image.created', helpGroup: 'SELECTION' }),
  'no-kind': option({ options: KINDS, ...several })({
    summary: 'Leave this kind behind, with its own attachments',
    helpValue: 'KIND',
    helpGroup: 'SELECTION',
  }),
  'no-artifact-type': string({
    summary: 'Leave this artifact type behind, with its own attachments',
    helpValue: 'TYPE',
    helpGroup: 'SELECTION',
    ...several,
  }),
  'no-annotation': string({
    summary: 'Leave attachments with this annotation behind',
    helpValue: 'KEY[=VALUE]',
    helpGroup: 'SELECTION',
    ...several,
  }),
};

/** How the two registries of a copy differ. */
export const twoRegistryFlags = {
  'credentials-for': option({ options: ['source', 'destination'] as const })({
    summary: 'Of two registries, the one that secrets, headers and client certificate are for',
    default: 'destination' as const,
    helpGroup: 'REGISTRY',
  }),
  ...sideFlags,
};

/** The values of {@link twoRegistryFlags}, and of the flags for both sides. */
type TwoRegistryFlags = TlsFlags &
  ElsewhereFlags &
  Pick<ConnectionFlags, 'plain-http' | 'username' | 'identity-token-stdin' | 'auth-file' | 'debug'> &
  SideSecretFlags & {
    readonly 'credentials-for': 'source' | 'destination';
  } & Readonly<Record<`${Side}-${'plain-http' | 'no-plain-http' | 'insecure'}`, boolean>> &
  Readonly<Partial<Record<`${Side}-${'ca' | 'cert' | 'key' | 'auth'}-file`, string | undefined>>>;

/** The selection of the flags; undefined where none of them is given. */
export function copySelection(
  flags: SelectionFlags & {
    readonly 'no-kind'?: readonly Kind[] | undefined;
    readonly 'no-artifact-type'?: readonly string[] | undefined;
    readonly 'no-annotation'?: readonly string[] | undefined;
  },
): CopySelection | undefined {
  const { 'no-kind': kinds, 'no-artifact-type': types, 'no-annotation': annotations } = flags;
  const chosen = selectionFrom(flags);
  if ([chosen, kinds, types, annotations].every((value) => value === undefined)) return undefined;
  return {
    ...chosen,
    except: {
      kinds,
      artifactTypes: types?.map((type) => parseMediaType(type, 'artifact type')),
      annotations: annotations?.map(parseSelector),
    },
  };
}

/** Whether the sides are two different registries. */
function areTwoRegistries({ from, to }: CopyLocations): boolean {
  const [source, destination] = [from, to.at].map((at) => ('registry' in at ? at.registry : undefined));
  return source !== undefined && destination !== undefined && source !== destination;
}

/** The source of secrets, and the receiver of notes with `--debug`. */
interface SideEnvironment {
  readonly stdin: NodeJS.ReadStream;
  note(text: string): void;
}

/**
 * The access of each side, and of the place of attachments. Secrets for both go only to the registry that `--credentials-for` names.
 *
 * @throws RemoraError as `sideSecrets` and `tlsOptions`
 */
export async function sidesOf(
  flags: TwoRegistryFlags,
  locations: CopyLocations,
  { credentials, connection = {} }: AccessOptions,
  environment: SideEnvironment,
): Promise<{ readonly from: SideAccess; readonly to: SideAccess } & ElsewhereOptions> {
  const areTwo = areTwoRegistries(locations);
  const secrets = await sideSecrets(flags, locations, environment.stdin);
  const note = flags.debug ? environment.note : undefined;
  const { headers, clientCertificate, ...rest } = connection;
  const isSecret = flags.username !== undefined || flags['identity-token-stdin'];
  /** An own secret comes first, then one for both, then an own file of credentials, then that for both. */
  const credentialsOf = async (name: Side, hasSecrets: boolean): Promise<SideAccess['credentials']> => {
    const own = secrets[name];
    if (own !== undefined) return async () => own;
    if (isSecret && hasSecrets) return credentials;
    const file = flags[`${name}-auth-file`];
    return isSecret || file !== undefined ? storedCredentials(file ?? flags['auth-file'], note) : credentials;
  };
  const side = async (name: Side): Promise<SideAccess> => {
    const hasSecrets = !areTwo || flags['credentials-for'] === (name === 'from' ? 'source' : 'destination');
    const tls: TlsFlags = {
      insecure: flags[`${name}-insecure`],
      'ca-file': flags[`${name}-ca-file`],
      'cert-file': flags[`${name}-cert-file`],
      'key-file': flags[`${name}-key-file`],
    };
    const own = await tlsOptions(tls);
    return {
      credentials: await credentialsOf(name, hasSecrets),
      connection: {
        ...rest,
        ...(hasSecrets ? given({ headers, clientCertificate }) : {}),
        ...given({ ca: own.ca, clientCertificate: own.clientCertificate }),
        insecure: own.insecure || rest.insecure,
        plainHttp: plainHttp(name, flags, wantsTls(tls), areTwo),
      },
    };
  };
  const places = [locations.from, locations.to.at];
  const elsewhere = await elsewhereAccess(flags, await placeElsewhere(flags), places, connection, environment.note);
  return { from: await side('from'), to: await side('to'), ...elsewhere };
}

/** Flags for both sides do not say of two registries that each has TLS: the other may be one on this machine. */
function plainHttp(name: Side, flags: TwoRegistryFlags, wantsOwnTls: boolean, areTwo: boolean): boolean | undefined {
  if (flags[`${name}-plain-http`]) return true;
  if (flags[`${name}-no-plain-http`] || wantsOwnTls) return false;
  return flags['plain-http'] ?? (wantsTls(flags) && !areTwo ? false : undefined);
}
