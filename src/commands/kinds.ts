import { string } from '@oclif/core/args';
import { option } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { columns } from '../cli/output/text.js';
import { KINDS } from '../formats/kinds/kind.js';

/** `remora kinds` */
export default class Kinds extends BaseCommand {
  static override summary = 'List the kinds of artifacts, and the types that identify them';
  static override description =
    'Lists media types, predicate types of in-toto statements, and tags of cosign. A value that ends in * matches by its beginning; the first row that matches counts. With TYPE it shows the kind of that type, and exits with 3 if the type is not known.';
  static override examples = [
    { description: 'List all kinds', command: '<%= config.bin %> kinds' },
    { description: 'List the types of one kind, for programs', command: '<%= config.bin %> kinds --kind sbom --json' },
    { description: 'Show the kind of a type', command: '<%= config.bin %> kinds application/spdx+json' },
  ];
  static override args = {
    type: string({ description: 'Media type, predicate type or end of a tag', ignoreStdin: true }),
  };
  static override flags = {
    kind: option({ summary: 'Show only this kind', helpValue: 'KIND', options: KINDS })(),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Kinds);
    const { listKinds } = await import('../operations/kinds/list-kinds.js');
    const result = listKinds({ kind: flags.kind, value: args.type });
    const rows = result.kinds.map(({ kind = '-', format = '-', where, value }) => [kind, format, where, value]);
    this.print(columns([['KIND', 'FORMAT', 'WHERE', 'VALUE'], ...rows]));
    return result;
  }
}
