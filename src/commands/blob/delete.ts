import { string } from '@oclif/core/args';
import { DeleteCommand, deleteFlags } from '../../cli/command/delete-command.js';
import { registryFlags } from '../../cli/flags/flags.js';

/** `remora blob delete` */
export default class BlobDelete extends DeleteCommand {
  static override summary = 'Delete one blob, whoever names it';
  static override description =
    'Manifests that name the blob stay, and can no longer be pulled: registries remove what nothing names by themselves, so that this is rarely needed. What a layout lists as a manifest is deleted with manifest delete.';
  static override examples = [
    {
      description: 'Something that should never have been pushed',
      command: '<%= config.bin %> blob delete --yes ghcr.io/acme/app@sha256:2c26…7ae',
    },
  ];
  static override args = {
    reference: string({
      description: 'The blob: host/repo@digest or oci:PATH@DIGEST',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...deleteFlags, ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(BlobDelete);
    const [{ blobDigest }, { deleteBlob }] = await Promise.all([
      import('../../operations/blob/blob-digest.js'),
      import('../../operations/blob/delete-blob.js'),
    ]);
    blobDigest(args.reference);
    await this.requireAnswer('blob delete', flags);
    const result = await deleteBlob(args.reference, {
      ...(await this.access(flags, args.reference)),
      permit: this.asking(flags, ({ reference }) => `Delete blob ${reference}?`),
    });
    if (result.deleted) this.print(`Deleted ${result.reference}`);
    return result;
  }
}
