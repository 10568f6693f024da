import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { platformFlag, registryFlags } from '../cli/flags.js';
import { renderInspection } from '../cli/render-inspection.js';
import { painter } from '../cli/text.js';

/** `remora inspect` */
export default class Inspect extends BaseCommand {
  static override summary = 'Show one artifact, image or index';
  static override examples = [
    { description: 'An image with its platforms', command: '<%= config.bin %> inspect ghcr.io/acme/app:v1' },
    { description: 'One of them', command: '<%= config.bin %> inspect --platform linux/arm64 ghcr.io/acme/app:v1' },
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
      import('../oci/place.js'),
      import('../oci/platform.js'),
      import('../operations/inspect.js'),
      import('../operations/platform-child.js'),
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
