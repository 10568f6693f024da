import { string } from '@oclif/core/args';
import { DeleteCommand, deleteFlags } from '../../cli/command/delete-command.js';
import { registryFlags, settleFlag } from '../../cli/flags/flags.js';
import type { Deletion } from '../../operations/results/deletion.js';

/** `remora manifest delete` */
export default class ManifestDelete extends DeleteCommand {
  static override summary = 'Delete a manifest, or only a tag';
  static override description =
    'A digest deletes the manifest with all its tags, and its entry in the list of its subject. A tag deletes the tag alone; not every registry can do that. Attachments and blobs stay.';
  static override examples = [
    { description: 'Delete a tag', command: '<%= config.bin %> manifest delete ghcr.io/acme/app:old' },
    {
      description: 'Delete a manifest without being asked',
      command:
        '<%= config.bin %> manifest delete --yes oci:./layout@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    },
  ];
  static override args = {
    reference: string({
      description: 'host/repo@digest or host/repo:tag, in a layout oci:PATH@DIGEST or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...deleteFlags, ...settleFlag, ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ManifestDelete);
    const [{ parseDeleteReference }, { deleteManifest, deleteTag }] = await Promise.all([
      import('../../cli/input/delete-reference.js'),
      import('../../operations/manifest/delete-manifest.js'),
    ]);
    const place = parseDeleteReference(args.reference);
    await this.requireAnswer('manifest delete', flags);
    const access = await this.access(flags, place);
    if (place.digest === undefined) {
      const question = ({ reference, manifest }: Deletion) => `Delete tag ${reference} (${manifest} stays)?`;
      const result = await deleteTag(place, { ...access, permit: this.asking(flags, question) });
      const { reference, deleted, remaining } = result;
      if (deleted) this.print(`Deleted tag ${reference}; the manifest stays: ${remaining}`);
      return result;
    }
    const question = ({ reference }: Deletion) => `Delete manifest ${reference} with all its tags?`;
    const permit = this.asking(flags, question);
    const result = await deleteManifest(place, { ...access, permit, settle: flags.settle });
    const list = result.listUpdated ? ', and its entry in the list of its subject' : '';
    const damage = result.damaged ? '; it was damaged, so that its subject is not known' : '';
    if (result.deleted) this.print(`Deleted ${result.reference}${list}${damage}`);
    return result;
  }
}
