import { boolean } from '@oclif/core/flags';
import type { Deletion } from '../../operations/results/deletion.js';
import { printable } from '../output/text.js';
import { BaseCommand } from './base-command.js';

/** Flags of what removes something. */
export const deleteFlags = {
  yes: boolean({ char: 'y', summary: 'Do it without being asked' }),
};

/** What the commands share that remove something for good: they ask first, where there is somebody to ask. */
export abstract class DeleteCommand extends BaseCommand {
  /** Comes first: where nobody can answer nothing is opened either. */
  protected async requireAnswer(what: string, flags: { readonly yes: boolean }): Promise<void> {
    (await import('../input/confirm.js')).requireAnswer(what, flags, process.stdin);
  }

  /** Asks before something is deleted. A no is exit code 1: whoever runs on must not take it for done. */
  protected asking(
    flags: { readonly yes: boolean },
    questionFor: (deletion: Deletion) => string,
  ): (deletion: Deletion) => Promise<boolean> {
    return async (deletion) => {
      const { confirm } = await import('../input/confirm.js');
      const environment = { stdin: process.stdin, stderr: this.stderr, signal: this.signal };
      if (flags.yes || (await confirm(printable(questionFor(deletion)), environment))) return true;
      this.note('nothing was deleted');
      process.exitCode = 1;
      return false;
    };
  }
}
