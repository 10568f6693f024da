import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { IndexCommand } from '../../cli/command/index-command.js';
import { limitFlag, registryFlags, settleFlag } from '../../cli/flags/flags.js';
import { memberFlags } from '../../cli/flags/members.js';
import { truncFlag } from '../../cli/flags/trunc.js';

/** `remora index create` */
export default class IndexCreate extends IndexCommand {
  static override summary = 'Create an index of images or artifacts';
  static override description =
    'A MEMBER without / and without a scheme is a tag or digest of the repository or layout of TARGET; members of other places are copied along. The same members in the same order give the same bytes. A tag that names something else is a conflict (exit code 7).';
  static override examples = [
    {
      description: 'Make one image of the images for two platforms',
      command: '<%= config.bin %> index create ghcr.io/acme/app:v1 v1-amd64 v1-arm64',
    },
    {
      description: 'Publish a tool for two platforms as one artifact',
      command:
        '<%= config.bin %> index create ghcr.io/acme/tool:v1 --artifact-type application/vnd.acme.tool oci:./linux:v1 oci:./mac:v1 --platform oci:./linux:v1=linux/amd64 --platform oci:./mac:v1=darwin/arm64',
    },
  ];
  static override args = {
    target: string({
      description: 'Repository or layout with any number of tags: host/repo:v1,latest or oci:PATH:v1',
      required: true,
      ignoreStdin: true,
    }),
    members: string({
      description: 'Tags, digests or references of manifests',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    'artifact-type': stringFlag({ summary: 'Type of the index as an artifact', helpValue: 'TYPE' }),
    annotation: stringFlag({
      char: 'a',
      summary: 'Annotation of the index; can be given several times',
      helpValue: 'KEY=VALUE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    subject: stringFlag({ summary: 'Attach the index to this tag or digest of its place', helpValue: 'REFERENCE' }),
    overwrite: boolean({ summary: 'Move tags that name something else' }),
    ...memberFlags,
    ...limitFlag,
    ...settleFlag,
    ...truncFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(IndexCreate);
    const [{ keyValues }, { memberArguments }, { createIndex }] = await Promise.all([
      import('../../cli/input/annotation-arguments.js'),
      import('../../cli/input/member-arguments.js'),
      import('../../operations/index/create-index.js'),
    ]);
    const members = memberArguments(args.members ?? [], flags);
    const result = await createIndex(args.target, members, {
      ...(await this.memberOptions(flags)),
      artifactType: flags['artifact-type'],
      annotations: keyValues(flags.annotation ?? [], 'annotation'),
      subject: flags.subject,
      overwrite: flags.overwrite,
    });
    return this.printIndex(result, 'Created', flags);
  }
}
