import { string } from '@oclif/core/args';
import { BaseCommand } from '../../cli/command/base-command.js';
import { registryFlags } from '../../cli/flags/flags.js';
import { printable } from '../../cli/output/text.js';

/** `remora repo list` */
export default class RepoList extends BaseCommand {
  static override summary = 'List the repositories of a registry, or the layouts below a directory';
  static override description =
    'Some registries do not list repositories, or only for some accounts. That is an error, never an empty list.';
  static override examples = [
    { description: 'List all repositories of a registry', command: '<%= config.bin %> repo list registry.example.com' },
    { description: 'List those of one team', command: '<%= config.bin %> repo list registry.example.com/team' },
    { description: 'List the layouts that serve would serve', command: '<%= config.bin %> repo list oci:./layouts' },
  ];
  static override args = {
    place: string({
      description: 'HOST, HOST/PREFIX, or a directory: oci:PATH',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = { ...registryFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(RepoList);
    const [{ parseCatalogPlace }, { listRepositories }] = await Promise.all([
      import('../../oci/names/catalog.js'),
      import('../../operations/repo/list-repositories.js'),
    ]);
    const place = parseCatalogPlace(args.place);
    const result = await listRepositories(place, await this.access(flags, place));
    this.print(result.repositories.map(printable).join('\n'));
    if (result.repositories.length === 0 && !this.jsonEnabled()) this.note(`${args.place} has no repositories`);
    return result;
  }
}
