import { integer, string } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import { MAX_READ_BYTES } from '../../oci/documents/manifest.js';
import { given } from '../../oci/values/given.js';
import { parseSize } from './amounts.js';
import { parseGrace, parseInterval } from './span.js';

/** How much a served registry takes, and what it removes by itself. */
export const spaceFlags = {
  'max-blob': string({ summary: 'Refuse larger blobs, like 10GiB [default: no limit]', helpValue: 'SIZE' }),
  'max-manifest': string({ summary: 'Refuse larger manifests [default: 4MiB]', helpValue: 'SIZE' }),
  'max-repositories': integer({
    summary: 'Create no more repositories than this in DIRECTORY [default: no limit]',
    helpValue: 'N',
    min: 0,
  }),
  'max-uploads': integer({
    summary: 'Unfinished uploads that a repository keeps at a time [default: 48]',
    helpValue: 'N',
    min: 1,
  }),
  gc: string({
    summary: 'Remove what nothing names at the start and this often, like 6h [default: never]',
    helpValue: 'SPAN',
    exclusive: ['read-only'],
  }),
  grace: string({
    summary: 'Keep what is younger than this when --gc removes [default: 1h]',
    helpValue: 'SPAN',
    dependsOn: ['gc'],
  }),
};

/** The values of {@link spaceFlags}. */
export interface SpaceFlags {
  readonly 'max-blob'?: string | undefined;
  readonly 'max-manifest'?: string | undefined;
  readonly 'max-repositories'?: number | undefined;
  readonly 'max-uploads'?: number | undefined;
  readonly gc?: string | undefined;
  readonly grace?: string | undefined;
}

/** The flags as options of a server. @throws RemoraError `INVALID_ARGUMENT` */
export function spaceOptions(flags: SpaceFlags) {
  const { gc, grace } = flags;
  const size = (name: 'max-blob' | 'max-manifest') => {
    const text = flags[name];
    return text === undefined ? undefined : parseSize(`--${name}`, text);
  };
  const manifestBytes = size('max-manifest');
  if (manifestBytes !== undefined && manifestBytes > MAX_READ_BYTES) {
    throw new RemoraError(
      'INVALID_ARGUMENT',
      `--max-manifest ${manifestBytes} is more than ${MAX_READ_BYTES}, the most that readers take`,
      {
        found: manifestBytes,
        hint: 'Give 8MiB or less',
      },
    );
  }
  return {
    limits: given({
      blobBytes: size('max-blob'),
      manifestBytes,
      unfinished: flags['max-uploads'],
    }),
    maxRepositories: flags['max-repositories'],
    gc:
      gc === undefined
        ? undefined
        : {
            every: parseInterval('--gc', gc),
            ...given({ grace: grace === undefined ? undefined : parseGrace('--grace', grace) }),
          },
  };
}
