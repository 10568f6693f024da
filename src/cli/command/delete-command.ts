import { boolean } from '@oclif/core/flags';
import type { Deletion } from '../../operations/results/deletion.js';
import { printable } from '../output/text.js';
import { BaseCommand } from './base-command.js';

/** Flags of commands that delete. */
export const deleteFlags = {
  yes: boolean({ char: 'y', summary: 'Do not ask' }),
};

/** The base of commands that delete: they ask first, where standard input is a terminal. */
export abstract class DeleteCommand extends BaseCommand {
  /** Call it when the places are parsed: without a terminal none is opened. */
  protected async requireAnswer(what: string, flags: { readonly yes: boolean }): Promise<void> {
    (await import('../input/confirm.js')).requireAnswer(what, flags, process.stdin);
  }

  /** Asks before a deletion. A no gives exit code 1, so that scripts do not read it as success. */
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
