import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { IndexCommand } from '../../cli/command/index-command.js';
import { registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { truncFlag } from '../../cli/flags/trunc.js';

/** `remora index remove` */
export default class IndexRemove extends IndexCommand {
  static override summary = 'Take members out of an index';
  static override description =
    'Each tag of TARGET moves to an index without the members. Their manifests stay, and so does what others add at the same time.';
  static override examples = [
    {
      description: 'Take a platform out, of two tags',
      command: '<%= config.bin %> index remove ghcr.io/acme/app:v1,latest linux/arm/v6',
    },
    {
      description: 'See what an index would be without a member',
      command: '<%= config.bin %> index remove oci:./layout:v1 v1-amd64 --dry-run',
    },
  ];
  static override args = {
    target: string({
      description: 'Index with one or several tags: host/repo:v1,latest or oci:PATH:v1',
      required: true,
      ignoreStdin: true,
    }),
    members: string({
      description: 'Tags or digests of the same place, or platforms like linux/arm64',
      multiple: true,
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    'dry-run': boolean({ summary: 'Show the index, and write nothing' }),
    ...settleFlag,
    ...truncFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(IndexRemove);
    const [{ resolveTarget }, { removeFromIndex }] = await Promise.all([
      import('../../operations/places/target-location.js'),
      import('../../operations/index/remove-from-index.js'),
    ]);
    const options = {
      ...(await this.access(flags, resolveTarget(args.target).place)),
      dryRun: flags['dry-run'],
      settle: flags.settle,
    };
    return this.printIndex(await removeFromIndex(args.target, args.members, options), 'Moved to', flags);
  }
}
