import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { registryFlags } from '../cli/flags/flags.js';

/** `remora tag` */
export default class Tag extends BaseCommand {
  static override summary = 'Give a manifest more tags';
  static override description =
    'Points each TAG at the manifest of REFERENCE, in the same place. An existing tag is moved, and no blob is sent.';
  static override examples = [
    { description: 'Release a tested image', command: '<%= config.bin %> tag ghcr.io/acme/app:rc1 v1.0 v1 latest' },
    {
      description: 'Tag a digest of a layout',
      command:
        '<%= config.bin %> tag oci:./layout@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae stable',
    },
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
    const [{ formatPlace }, { parseTags }, { resolvePlace }, { tag }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../oci/names/target.js'),
      import('../operations/places/location.js'),
      import('../operations/tag/tag.js'),
    ]);
    const place = resolvePlace(args.reference);
    const result = await tag(place, parseTags(place.kind, args.tags), await this.access(flags, place));
    this.print(result.tags.map((name) => formatPlace(place, { tag: name })).join('\n'));
    return result;
  }
}
