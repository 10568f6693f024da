import { string } from '@oclif/core/args';
import { option } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { columns } from '../cli/output/text.js';
import { KINDS } from '../formats/kinds/kind.js';

/** `remora kinds` */
export default class Kinds extends BaseCommand {
  static override summary = 'List the kinds of artifacts, and the types that tell them';
  static override description =
    `Media types of artifacts, configs and layers, predicate types of in-toto statements, and the tags of cosign. What ends in * stands for all that begin so; the first row that fits counts. A wrapper has no kind of its own: what it wraps decides.

With TYPE it tells what that type or predicate is, and ends with exit code 3 when that is not known.`;
  static override examples = [
    { description: 'All', command: '<%= config.bin %> kinds' },
    { description: 'Of one kind, for programs', command: '<%= config.bin %> kinds --kind sbom --json' },
    { description: 'What a type is', command: '<%= config.bin %> kinds application/spdx+json' },
  ];
  static override args = {
    type: string({ description: 'A media type, predicate type or end of a tag', ignoreStdin: true }),
  };
  static override flags = {
    kind: option({ summary: 'Only this kind', helpValue: 'KIND', options: KINDS })(),
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
