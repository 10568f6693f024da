import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags, unpackFlag } from '../../cli/flags/flags.js';
import { printable } from '../../cli/output/text.js';

/** `remora repo tags` */
export default class RepoTags extends BaseCommand {
  static override summary = 'List the tags of a repository or layout';
  static override description =
    'Tags that stand for a digest are left out: those of the referrers tag schema, and .sig, .att and .sbom of cosign.';
  static override examples = [
    { description: 'List the tags of a repository', command: '<%= config.bin %> repo tags ghcr.io/acme/app' },
    { description: 'List all tags of a layout', command: '<%= config.bin %> repo tags --all oci:./layout' },
  ];
  static override args = {
    repository: string({
      description: 'host/repo or oci:PATH, without a tag',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    all: boolean({ summary: 'Show tags that stand for a digest as well' }),
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RepoTags);
    const { assertRepository, listTags } = await import('../../operations/repo/list-tags.js');
    assertRepository(args.repository);
    const result = await listTags(args.repository, {
      ...(await this.access(flags, args.repository)),
      all: flags.all,
    });
    this.print(result.tags.map(printable).join('\n'));
    if (!this.jsonEnabled()) {
      if (result.tags.length === 0) this.note(`${result.reference} has no tags`);
      if (result.hidden > 0) this.note(`not shown: tags that stand for a digest (${result.hidden}); --all shows them`);
    }
    return result;
  }
}
