import { option } from '@oclif/core/args';
import { string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { printable } from '../cli/output/text.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;

/** `remora completion` */
export default class Completion extends BaseCommand {
  static override summary = 'Print the completion for a shell';
  static override description =
    'Completes commands, flags, their values, paths, tags of image layouts, and the registries that credentials are kept for. No network is asked. The completion for PowerShell is untested.';
  static override examples = [
    { description: 'Complete in this bash', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'Complete in this zsh', command: 'source <(<%= config.bin %> completion zsh)' },
    {
      description: 'Write a file for ~/.config/fish/completions',
      command: '<%= config.bin %> completion fish > remora.fish',
    },
  ];
  static override args = {
    shell: option({ options: SHELLS })({ description: 'The shell', required: true, ignoreStdin: true }),
  };
  static override flags = {
    places: stringFlag({ summary: 'List what the beginning of a place can become', helpValue: 'TEXT', hidden: true }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Completion);
    if (flags.places !== undefined) {
      const { completePlace } = await import('../cli/completion/places.js');
      // A name that is shown in another form than it has cannot be completed.
      const places = (await completePlace(flags.places)).filter((text) => printable(text) === text);
      this.printLines(() => places);
      return { places };
    }
    const { completionScript } = await import('../cli/completion/scripts.js');
    const script = completionScript(args.shell, this.config.commands);
    this.print(script.trimEnd());
    return { script };
  }
}
