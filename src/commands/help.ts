import { string } from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { loadHelpClass } from '@oclif/core/help';

/** `remora help` */
export default class Help extends Command {
  static override summary = 'Show help for a command';
  static override args = {
    command: string({ description: 'The command to show help for', multiple: true, ignoreStdin: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Help);
    const HelpClass = await loadHelpClass(this.config);
    await new HelpClass(this.config, this.config.pjson.oclif.helpOptions).showHelp(args.command ?? []);
  }
}
