import { string } from '@oclif/core/args';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags } from '../../cli/flags/flags.js';

/** `remora blob put` */
export default class BlobPut extends BaseCommand {
  static override summary = 'Store one blob and print its digest';
  static override description =
    'A digest in PLACE must match the content. A layout that does not exist is created. Registries remove blobs that no manifest names after a while.';
  static override examples = [
    { description: 'Store a file', command: '<%= config.bin %> blob put ghcr.io/acme/app layer.tar.gz' },
    { description: 'Store from a pipe', command: 'tar -cz site | <%= config.bin %> blob put oci:./layout -' },
  ];
  static override args = {
    place: string({
      description: 'host/repo or oci:PATH, with the digest if it is known',
      required: true,
      ignoreStdin: true,
    }),
    file: string({ description: 'The content, or - for standard input', required: true, ignoreStdin: true }),
  };
  static override flags = { ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(BlobPut);
    const [{ checkOrder }, { optionalBlobDigest }, { inputOf }, { putBlob }] = await Promise.all([
      import('../../cli/input/argument-order.js'),
      import('../../operations/blob/blob-digest.js'),
      import('../../cli/input/file-argument.js'),
      import('../../operations/blob/put-blob.js'),
    ]);
    await checkOrder('blob put', args.place, [args.file]);
    optionalBlobDigest(args.place);
    const content = inputOf(args.file, flags, process.stdin);
    const access = await this.access(flags, args.place);
    const result = await putBlob(args.place, content, { ...access, onProgress: await this.progress() });
    this.print(result.digest);
    return result;
  }
}
