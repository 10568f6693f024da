import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { platformFlag, registryFlags } from '../cli/flags/flags.js';
import { renderInspection } from '../cli/output/inspect.js';
import { painter } from '../cli/output/text.js';

/** `remora inspect` */
export default class Inspect extends BaseCommand {
  static override summary = 'Show one artifact, image or index';
  static override description =
    'Shows type, size, config, files and annotations of an artifact or image, and the platforms of an index.';
  static override examples = [
    { description: 'Show an image with its platforms', command: '<%= config.bin %> inspect ghcr.io/acme/app:v1' },
    {
      description: 'Show one platform',
      command: '<%= config.bin %> inspect --platform linux/arm64 ghcr.io/acme/app:v1',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...platformFlag, ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Inspect);
    const [{ parsePlace }, { parsePlatform }, { inspect }, { platformManifest }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../oci/values/platform.js'),
      import('../operations/plumbing/inspect.js'),
      import('../operations/attached/platform.js'),
    ]);
    const place = parsePlace(args.reference);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const store = await this.open(place, flags);
    const manifest = await platformManifest(store, place, platform, { signal: this.signal });
    const result = await inspect(store, manifest, { signal: this.signal });
    this.print(renderInspection(result, painter(this.stdout)));
    return result;
  }
}
