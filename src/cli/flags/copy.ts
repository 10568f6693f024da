import { boolean, option, string } from '@oclif/core/flags';
import { KINDS, type Kind } from '../../formats/kinds/kind.js';
import { given } from '../../oci/values/given.js';
import { parseMediaType } from '../../oci/values/media-types.js';
import type { SideAccess } from '../../operations/copy/copy.js';
import type { CopyLocations } from '../../operations/copy/locations.js';
import type { CopySelection } from '../../operations/copy/selection.js';
import type { AccessOptions } from '../../operations/places/location.js';
import { parseSelector, type SelectionFlags, selectionFlags, selectionFrom } from './selection.js';

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
  'from-plain-http': boolean({ summary: 'Speak http with the registry of the source', helpGroup: 'REGISTRY' }),
  'to-plain-http': boolean({ summary: 'Speak http with the registry of the destination', helpGroup: 'REGISTRY' }),
  'from-insecure': boolean({ summary: 'Do not verify certificates of the source', helpGroup: 'REGISTRY' }),
  'to-insecure': boolean({ summary: 'Do not verify certificates of the destination', helpGroup: 'REGISTRY' }),
};

/** The values of {@link twoRegistryFlags}. */
interface TwoRegistryFlags {
  readonly 'credentials-for': 'source' | 'destination';
  readonly 'from-plain-http': boolean;
  readonly 'to-plain-http': boolean;
  readonly 'from-insecure': boolean;
  readonly 'to-insecure': boolean;
}

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
export function areTwoRegistries({ from, to }: CopyLocations): boolean {
  const [source, destination] = [from, to.at].map((at) => ('registry' in at ? at.registry : undefined));
  return source !== undefined && destination !== undefined && source !== destination;
}

/** The access of each side: secrets go only to the registry that `--credentials-for` names. */
export function sideAccess(
  { credentials, connection = {} }: AccessOptions,
  flags: TwoRegistryFlags,
  areTwo: boolean,
): { readonly from: SideAccess; readonly to: SideAccess } {
  const { headers, clientCertificate, ...rest } = connection;
  const side = (name: TwoRegistryFlags['credentials-for'], plainHttp: boolean, insecure: boolean): SideAccess => {
    const hasSecrets = !areTwo || flags['credentials-for'] === name;
    return {
      credentials: hasSecrets ? credentials : undefined,
      connection: {
        ...rest,
        ...(hasSecrets ? given({ headers, clientCertificate }) : {}),
        plainHttp: plainHttp || rest.plainHttp,
        insecure: insecure || rest.insecure,
      },
    };
  };
  return {
    from: side('source', flags['from-plain-http'], flags['from-insecure']),
    to: side('destination', flags['to-plain-http'], flags['to-insecure']),
  };
}
