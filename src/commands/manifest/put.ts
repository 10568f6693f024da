import { string } from '@oclif/core/args';
import { string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { fields } from '../../cli/output/text.js';

/** `remora manifest put` */
export default class ManifestPut extends BaseCommand {
  static override summary = 'Store a manifest or index, byte for byte';
  static override description =
    'Everything that the manifest names must exist; in a layout the children of an index may be missing. A digest in TARGET must match the content. A manifest with a subject is listed like an attachment.';
  static override examples = [
    {
      description: 'Store an index with two tags',
      command: '<%= config.bin %> manifest put ghcr.io/acme/app:v1,latest index.json',
    },
    {
      description: 'Copy a manifest by digest',
      command: '<%= config.bin %> manifest get oci:./layout:v1 | <%= config.bin %> manifest put ghcr.io/acme/app -',
    },
  ];
  static override args = {
    target: string({
      description: 'host/repo or oci:PATH, with any number of tags (:v1,latest) or a digest',
      required: true,
      ignoreStdin: true,
    }),
    file: string({ description: 'The manifest, or - for standard input', required: true, ignoreStdin: true }),
  };
  static override flags = {
    'media-type': stringFlag({ summary: 'Media type, if the document does not name it', helpValue: 'TYPE' }),
    ...settleFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ManifestPut);
    const [{ resolveTarget }, { formatPlace }, { inputOf }, { putManifest }] = await Promise.all([
      import('../../operations/places/target-location.js'),
      import('../../oci/names/place.js'),
      import('../../cli/input/file-argument.js'),
      import('../../operations/manifest/put-manifest.js'),
    ]);
    const { place, tags } = resolveTarget(args.target);
    const document = inputOf(args.file, flags, process.stdin);
    const result = await putManifest(args.target, document, {
      ...(await this.access(flags, place)),
      mediaType: flags['media-type'],
      settle: flags.settle,
    });
    this.print(
      fields([
        ['Pushed', `${result.reference}${result.result === 'exists' ? ' (was there already)' : ''}`],
        ['Tags', tags.length === 0 ? undefined : tags.map((tag) => formatPlace(place, { tag })).join(', ')],
        ['Type', result.artifactType],
        ['Listed by', result.listedBy],
      ]),
    );
    return result;
  }
}
