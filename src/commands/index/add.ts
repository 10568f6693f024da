import { string } from '@oclif/core/args';
import { IndexCommand } from '../../cli/command/index-command.js';
import { limitFlag, registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { memberFlags } from '../../cli/flags/members.js';
import { truncFlag } from '../../cli/flags/trunc.js';

/** `remora index add` */
export default class IndexAdd extends IndexCommand {
  static override summary = 'Add members to an index, even while others add to it';
  static override description =
    'Each tag of TARGET moves to an index with the members; a new tag begins an index. Jobs that add at the same time keep the members of each other. A tag that holds something other than an index is a conflict (exit code 7).';
  static override examples = [
    {
      description: 'Add the image of one more platform',
      command: '<%= config.bin %> index add ghcr.io/acme/app:v1 v1-riscv64',
    },
    {
      description: 'Replace the artifact for a platform with one of a layout',
      command:
        '<%= config.bin %> index add ghcr.io/acme/tool:v1,latest oci:./build:linux --platform linux/amd64 --same-platform replace',
    },
  ];
  static override args = {
    target: string({
      description: 'Index with one or several tags: host/repo:v1,latest or oci:PATH:v1',
      required: true,
      ignoreStdin: true,
    }),
    members: string({
      description: 'Tags or digests of the same place, or references of other places',
      multiple: true,
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...memberFlags, ...limitFlag, ...settleFlag, ...truncFlag, ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(IndexAdd);
    const [{ memberArguments }, { addToIndex }] = await Promise.all([
      import('../../cli/input/member-arguments.js'),
      import('../../operations/index/add-to-index.js'),
    ]);
    const members = memberArguments(args.members, flags);
    return this.printIndex(await addToIndex(args.target, members, await this.memberOptions(flags)), 'Moved to', flags);
  }
}
