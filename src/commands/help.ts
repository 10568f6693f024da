import { string } from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { loadHelpClass } from '@oclif/core/help';

/** `remora help` */
export default class Help extends Command {
  static override summary = 'Show help for a command, shared flags or a page';
  static override examples = [
    { description: 'Show help for a command', command: '<%= config.bin %> help copy' },
    { description: 'Show the flags for registries', command: '<%= config.bin %> help connection' },
  ];
  static override args = {
    command: string({
      description: 'A command, or a topic such as connection or exit-codes',
      multiple: true,
      ignoreStdin: true,
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(args.command ?? []);
  }
}
