import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { registryFlags } from '../cli/flags/flags.js';

/** `remora tag` */
export default class Tag extends BaseCommand {
  static override summary = 'Give a manifest more tags';
  static override description =
    'Points each TAG at the manifest that REFERENCE names, in the same place. A tag that exists is moved. No blobs are sent.';
  static override examples = [
    { description: 'Release what was tested', command: '<%= config.bin %> tag ghcr.io/acme/app:rc1 v1.0 v1 latest' },
    { description: 'In a layout, by digest', command: '<%= config.bin %> tag oci:./layout@sha256:2c26…7ae stable' },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
    tags: string({ description: 'New tags', required: true, multiple: true, ignoreStdin: true }),
  };
  static override flags = { ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Tag);
    const [{ formatPlace, parsePlace }, { tag }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../operations/tag/tag.js'),
    ]);
    const place = parsePlace(args.reference);
    const result = await tag(place, args.tags, await this.access(flags, place));
    this.print(result.tags.map((name) => formatPlace(place, { tag: name })).join('\n'));
    return result;
  }
}
