import { string } from '@oclif/core/args';
import { DeleteCommand, deleteFlags } from '../../cli/command/delete-command.js';
import { registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { RemoraError } from '../../errors.js';

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
    const [{ parsePlace }, { quote }, { deleteManifest, deleteTag }] = await Promise.all([
      import('../../oci/names/place.js'),
      import('../../oci/text/quote.js'),
      import('../../operations/plumbing/delete.js'),
    ]);
    const place = parsePlace(args.reference);
    const { tag, digest } = place;
    if ((tag === undefined) === (digest === undefined)) {
      const why = tag === undefined ? 'has neither a tag nor a digest' : 'has a tag and a digest';
      throw new RemoraError('INVALID_ARGUMENT', `${quote(args.reference)} ${why}, wanted one of them`, {
        found: args.reference,
        hint: 'A digest deletes the manifest with all its tags, a tag deletes the tag alone',
      });
    }
    await this.requireAnswer('manifest delete', flags);
    const store = await this.open(place, flags, { access: 'delete' });
    const { signal } = this;
    if (digest !== undefined) {
      const reference = store.format({ digest });
      const question = `Delete manifest ${reference} with all its tags?`;
      const result = await this.whenConfirmed(question, reference, flags, () =>
        deleteManifest(store, digest, { signal, settle: flags.settle }),
      );
      if (result.deleted) {
        const list = result.listUpdated ? ', and its entry in the list of its subject' : '';
        this.print(`Deleted ${reference}${list}`);
      }
      return result;
    }
    const manifest = await store.resolve({ tag }, { signal });
    const reference = store.format({ tag });
    const question = `Delete tag ${reference} (${manifest.digest} stays)?`;
    const result = await this.whenConfirmed(question, reference, flags, () =>
      deleteTag(store, tag ?? '', manifest, { signal }),
    );
    if (result.deleted) this.print(`Deleted tag ${reference}; the manifest stays: ${result.remaining}`);
    return result;
  }
}
