import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { IndexCommand } from '../../cli/command/index-command.js';
import { registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { truncFlag } from '../../cli/flags/trunc.js';

/** `remora index annotate` */
export default class IndexAnnotate extends IndexCommand {
  static override summary = 'Change annotations of an index or of one of its members';
  static override description =
    "Each tag of TARGET moves to the changed index. With --member the member's entry is changed; its manifest stays as it is. KEY- removes an annotation.";
  static override examples = [
    {
      description: 'Set an annotation and remove another',
      command: '<%= config.bin %> index annotate ghcr.io/acme/app:v1 org.example.team=blue org.example.draft-',
    },
    {
      description: 'Set the platform of a member',
      command: '<%= config.bin %> index annotate ghcr.io/acme/tool:v1 --member tool-arm --platform linux/arm/v7',
    },
    {
      description: 'Say of which type the artifact is',
      command: '<%= config.bin %> index annotate oci:./layout:v1 --artifact-type application/vnd.opentofu.provider',
    },
  ];
  static override args = {
    target: string({
      description: 'Index with one or several tags: host/repo:v1,latest or oci:PATH:v1',
      required: true,
      ignoreStdin: true,
    }),
    changes: string({ description: 'KEY=VALUE to set, KEY- to remove', multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    member: stringFlag({
      summary: 'Change the entry of this member: its tag, its digest or its platform',
      helpValue: 'MEMBER',
    }),
    platform: stringFlag({
      summary: 'Platform that the member gets',
      helpValue: 'OS/ARCH[/VARIANT]',
      dependsOn: ['member'],
    }),
    'artifact-type': stringFlag({ summary: 'Type that the index gets as an artifact', helpValue: 'TYPE' }),
    'dry-run': boolean({ summary: 'Show the index, and write nothing' }),
    ...settleFlag,
    ...truncFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(IndexAnnotate);
    const [{ annotationChanges }, { resolveTarget }, { annotateIndex }] = await Promise.all([
      import('../../cli/input/annotation-arguments.js'),
      import('../../operations/places/target-location.js'),
      import('../../operations/index/annotate-index.js'),
    ]);
    const { member, platform, 'artifact-type': artifactType } = flags;
    const { changes: annotations, notes } = annotationChanges(args.changes ?? []);
    for (const note of notes) this.note(note);
    const changes = { annotations, member, platform, artifactType };
    const options = {
      ...(await this.access(flags, resolveTarget(args.target).place)),
      dryRun: flags['dry-run'],
      settle: flags.settle,
    };
    return this.printIndex(await annotateIndex(args.target, changes, options), 'Moved to', flags);
  }
}
