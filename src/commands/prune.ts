import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { DeleteCommand, deleteFlags } from '../cli/command/delete-command.js';
import { exitCodeForPart } from '../cli/command/exit-codes.js';
import { limitFlag, registryFlags, settleFlag } from '../cli/flags/flags.js';
import { pruneFlags, pruneRules } from '../cli/flags/prune.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { pruneLines, pruneNotes } from '../cli/output/results/prune.js';
import { screenFor } from '../cli/output/screen.js';
import type { PruneResult } from '../operations/prune/prune.js';

interface Shown {
  readonly 'no-trunc': boolean;
  readonly json?: boolean | undefined;
}

/** `remora prune` */
export default class Prune extends DeleteCommand {
  static override summary = 'Remove attachments that piled up in a repository or layout';
  static override description =
    'Removes attachments that one of the rules chooses, with their own attachments. Images stay, and so do attachments with a tag, entries of an index, and for rules by date those without a date. If part of the place cannot be asked, all stay.';
  static override examples = [
    {
      description: 'See what is attached to images that are gone',
      command: '<%= config.bin %> prune --orphans --dry-run ghcr.io/acme/app',
    },
    {
      description: 'Keep the three newest scans of each image, without being asked',
      command: '<%= config.bin %> prune --keep-latest 3 --kind scan --yes ghcr.io/acme/app',
    },
    {
      description: 'Remove old test results and copies from a layout',
      command: '<%= config.bin %> prune --older-than 90d --duplicates --kind test-result oci:./layout',
    },
  ];
  static override args = {
    place: string({
      description: 'Repository or layout: host/repo or oci:PATH',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...pruneFlags,
    ...limitFlag,
    ...truncFlag,
    'dry-run': boolean({ summary: 'Show what would be removed, and remove nothing' }),
    ...deleteFlags,
    ...settleFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Prune);
    const { settle, 'dry-run': dryRun, 'keep-blobs': keepBlobs, 'subjects-in': subjectsIn } = flags;
    const { prune, pruneable } = await import('../operations/prune/prune.js');
    const rules = pruneRules(flags);
    const permission = { isRefused: false };
    const confirm = async (planned: PruneResult) => {
      permission.isRefused = !flags.yes && !(await this.#isConfirmed(planned, flags));
      return !permission.isRefused;
    };
    pruneable(args.place, { ...rules, subjectsIn });
    if (!dryRun) await this.requireAnswer('prune', flags);
    const access = await this.access(flags, subjectsIn === undefined ? args.place : undefined);
    const result = await prune(args.place, { ...access, ...rules, subjectsIn, keepBlobs, settle, dryRun, confirm });
    if (!permission.isRefused) return this.#report(result, flags);
    this.note('nothing was removed');
    process.exitCode = 1;
    return result;
  }

  async #isConfirmed(planned: PruneResult, flags: Shown): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    const screen = await screenFor(planned, this.stderr, flags);
    this.tell([...pruneLines(planned, screen)].join('\n'));
    return confirm('Remove this?', { stdin: process.stdin, stderr: this.stderr, signal: this.signal });
  }

  async #report(result: PruneResult, flags: Shown): Promise<PruneResult> {
    const screen = await screenFor(result, this.stdout, flags);
    this.printLines(() => pruneLines(result, screen));
    for (const note of pruneNotes(result)) this.note(note);
    const failure = result.incomplete[0]?.error ?? result.unmended[0]?.error ?? result.unpruned;
    if (failure !== undefined) process.exitCode = exitCodeForPart([failure]);
    return result;
  }
}
