import { boolean } from '@oclif/core/flags';
import type { DeleteResult } from '../../operations/plumbing/delete.js';
import { printable } from '../output/text.js';
import { BaseCommand } from './base-command.js';

/** Flags of what removes something. */
export const deleteFlags = {
  yes: boolean({ char: 'y', summary: 'Do not ask' }),
};

/** What the commands share that remove something for good: they ask first, where there is somebody to ask. */
export abstract class DeleteCommand extends BaseCommand {
  /** Comes first: where nobody can answer nothing is opened either. */
  protected async requireAnswer(what: string, flags: { readonly yes: boolean }): Promise<void> {
    (await import('../input/confirm.js')).requireAnswer(what, flags, process.stdin);
  }

  /** Removes when the answer is yes. A no is exit code 1: whoever runs on must not take it for done. */
  protected async whenConfirmed(
    question: string,
    reference: string,
    flags: { readonly yes: boolean },
    remove: () => Promise<DeleteResult>,
  ): Promise<DeleteResult> {
    const { confirm } = await import('../input/confirm.js');
    const environment = { stdin: process.stdin, stderr: this.stderr, signal: this.signal };
    if (flags.yes || (await confirm(printable(question), environment))) return remove();
    this.note('nothing was deleted');
    process.exitCode = 1;
    return { reference, deleted: false };
  }
}
