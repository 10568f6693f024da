import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { exitCodeForPart } from '../../cli/command/exit-codes.js';
import { registryFlags, unpackFlag } from '../../cli/flags/flags.js';
import { truncFlag } from '../../cli/flags/trunc.js';
import { tagFailures, tagLines, tagNotes } from '../../cli/output/results/tags.js';
import { screenFor } from '../../cli/output/screen.js';
import { TAG_ORDERS } from '../../operations/repo/tag-orders.js';

/** `remora repo tags` */
export default class RepoTags extends BaseCommand {
  static override summary = 'List the tags of a repository, layout or archive';
  static override description =
    'Tags named after a digest are left out: those of the referrers tag schema, and .sig, .att and .sbom of cosign. A pattern or range that no tag fits ends with 3.';
  static override examples = [
    { description: 'List the tags of a repository', command: '<%= config.bin %> repo tags ghcr.io/acme/app' },
    {
      description: 'The newest three versions from 1.4 on, below 2, with digests',
      command: '<%= config.bin %> repo tags --semver "^1.4" --sort semver --limit 3 --full ghcr.io/acme/app',
    },
    { description: 'List all tags of a layout', command: '<%= config.bin %> repo tags --all oci:./layout' },
  ];
  static override args = {
    repository: string({
      description: 'host/repo, oci:PATH or oci-archive:FILE, without a tag',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    all: boolean({ summary: 'Also show tags that are named after a digest' }),
    match: stringFlag({
      summary: 'Only tags that match a pattern like "v1.*"; can be given several times',
      helpValue: 'GLOB',
      multiple: true,
      multipleNonGreedy: true,
    }),
    semver: stringFlag({
      summary: 'Only versions in a range like "^1.2" or ">=1.4 <2", prereleases as in npm',
      helpValue: 'RANGE',
    }),
    sort: option({ options: TAG_ORDERS })({
      summary: 'By name, by name with its numbers as numbers, or by version with the newest first [default: name]',
    }),
    limit: integer({
      summary: 'At most this many; without --sort, the first that the registry lists',
      helpValue: 'N',
      min: 1,
    }),
    full: boolean({ summary: 'Show the digest, size and media type of the manifest of each tag' }),
    ...truncFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RepoTags);
    const { all, match, semver, sort, limit, full } = flags;
    const { assertRepository, listTags } = await import('../../operations/repo/list-tags.js');
    assertRepository(args.repository);
    const access = await this.access(flags, args.repository);
    const result = await listTags(args.repository, { ...access, all, match, semver, sort, limit, full });
    const screen = await screenFor(result, this.stdout, flags);
    this.printLines(() => tagLines(result, screen));
    if (!this.jsonEnabled()) for (const note of tagNotes(result)) this.note(note);
    const failures = tagFailures(result);
    if (failures.length > 0) process.exitCode = exitCodeForPart(failures);
    return result;
  }
}
