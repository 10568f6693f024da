import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags } from '../../cli/flags/flags.js';
import { printable } from '../../cli/output/text.js';
import { RemoraError } from '../../errors.js';

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
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RepoTags);
    const [{ parsePlace }, { quote }, { listTags }] = await Promise.all([
      import('../../oci/names/place.js'),
      import('../../oci/text/quote.js'),
      import('../../operations/plumbing/list-tags.js'),
    ]);
    const place = parsePlace(args.repository);
    if (place.tag !== undefined || place.digest !== undefined) {
      const what = place.tag === undefined ? 'a digest' : 'a tag';
      throw new RemoraError('INVALID_ARGUMENT', `${quote(args.repository)} has ${what}, wanted a repository alone`, {
        found: args.repository,
        hint: `Leave out ${what}, or see what it is with inspect`,
      });
    }
    const store = await this.open(place, flags);
    const result = await listTags(store, { all: flags.all, signal: this.signal });
    this.print(result.tags.map(printable).join('\n'));
    if (!this.jsonEnabled()) {
      if (result.tags.length === 0) this.note(`${result.reference} has no tags`);
      if (result.hidden > 0) this.note(`not shown: tags that stand for a digest (${result.hidden}); --all shows them`);
    }
    return result;
  }
}
