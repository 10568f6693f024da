import { string } from '@oclif/core/args';
import { string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags, unpackFlag } from '../../cli/flags/flags.js';
import { RemoraError } from '../../errors.js';

/** `remora blob get` */
export default class BlobGet extends BaseCommand {
  static override summary = 'Fetch one blob';
  static override description =
    'Every byte is verified. A file takes its name when it is complete and correct. Standard output receives bytes as they come; the exit code tells whether all were correct.';
  static override examples = [
    {
      description: 'Fetch into a file',
      command:
        '<%= config.bin %> blob get -o layer.tar.gz ghcr.io/acme/app@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    },
    {
      description: 'Fetch into a pipe',
      command:
        '<%= config.bin %> blob get oci:./layout@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae | tar -tz',
    },
  ];
  static override args = {
    reference: string({
      description: 'The blob: host/repo@digest or oci:PATH@DIGEST',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    output: stringFlag({ char: 'o', summary: 'Write to this file; - is standard output', helpValue: 'FILE' }),
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(BlobGet);
    const [{ blobDigest, optionalBlobDigest }, { fetchBlob }, { lookedAt }] = await Promise.all([
      import('../../operations/blob/blob-digest.js'),
      import('../../operations/blob/fetch-blob.js'),
      import('../../operations/looked/looked-at.js'),
    ]);
    const { place, ...begun } = lookedAt(args.reference);
    if (begun.digestBeginning === undefined) blobDigest(args.reference);
    else optionalBlobDigest(place);
    const path = flags.output === '-' ? undefined : flags.output;
    if (path === undefined && this.jsonEnabled()) {
      throw new RemoraError('INVALID_ARGUMENT', '--json and the blob itself cannot both go to standard output', {
        hint: 'Give -o FILE',
      });
    }
    return fetchBlob(place, path ?? this.stdout, {
      ...(await this.access(flags, place)),
      ...begun,
      onProgress: path === undefined ? undefined : await this.progress(),
    });
  }
}
