import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { limitFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { renderInspection } from '../cli/output/results/inspect.js';
import { screenFor } from '../cli/output/screen.js';

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
    {
      description: 'Show an attachment by the digits of its digest that discover prints',
      command: '<%= config.bin %> inspect ghcr.io/acme/app:v1@4f4f2ce8bc05',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...truncFlag, ...platformFlag, ...limitFlag, ...unpackFlag, ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Inspect);
    const [{ inspect }, { lookedAt }] = await Promise.all([
      import('../operations/inspect/inspect.js'),
      import('../operations/looked/looked-at.js'),
    ]);
    const { place, ...begun } = lookedAt(args.reference);
    const access = await this.access(flags, place);
    const result = await inspect(place, { ...access, ...begun, platform: flags.platform });
    const screen = await screenFor(result, this.stdout, flags);
    this.print(() => renderInspection(result, screen));
    return result;
  }
}
