import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { limitFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { waitFlag } from '../cli/flags/wait.js';

/** `remora resolve` */
export default class Resolve extends BaseCommand {
  static override summary = 'Print the digest of a tag';
  static override description = 'Asks for the digest of a tag, or of one platform of an index.';
  static override examples = [
    { description: 'Print the digest', command: '<%= config.bin %> resolve ghcr.io/acme/app:v1' },
    {
      description: 'Print the reference of one platform',
      command: '<%= config.bin %> resolve --full --platform linux/arm64 ghcr.io/acme/app:v1',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    full: boolean({ char: 'l', summary: 'Print the reference with its digest', aliases: ['full-reference'] }),
    ...waitFlag,
    ...platformFlag,
    ...limitFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Resolve);
    const [{ resolve }, { lookedAt }] = await Promise.all([
      import('../operations/resolve/resolve.js'),
      import('../operations/looked/looked-at.js'),
    ]);
    const { place, ...begun } = lookedAt(args.reference);
    const access = await this.access(flags, place);
    const result = await resolve(place, { ...access, ...begun, platform: flags.platform });
    this.print(flags.full ? result.reference : result.digest);
    return result;
  }
}
