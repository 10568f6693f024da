import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { DeleteCommand, deleteFlags } from '../cli/command/delete-command.js';
import { exitCodeForPart } from '../cli/command/exit-codes.js';
import { detachFlags, detachSelection } from '../cli/flags/detach.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, platformFlag, registryFlags, settleFlag } from '../cli/flags/flags.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { detachLines, detachNotes } from '../cli/output/results/detach.js';
import { screenFor } from '../cli/output/screen.js';
import type { DetachResult } from '../operations/detach/detach.js';

interface Shown {
  readonly 'no-trunc': boolean;
  readonly json?: boolean | undefined;
}

/** `remora detach` */
export default class Detach extends DeleteCommand {
  static override summary = 'Remove attachments of an image or artifact';
  static override description =
    'Removes attachments with their tags and their entries in every list; SUBJECT itself stays. For an index, attachments of all manifests below it are included. Attestations of BuildKit are part of their index and stay.';
  static override examples = [
    {
      description: 'See which SBOMs would be removed',
      command: '<%= config.bin %> detach --kind sbom --dry-run ghcr.io/acme/app:v1',
    },
    {
      description: 'Remove all attachments, and theirs, without being asked',
      command: '<%= config.bin %> detach --all --recursive --yes ghcr.io/acme/app:v1',
    },
    {
      description: 'Remove one attachment of a layout, with its blobs',
      command:
        '<%= config.bin %> detach --prune oci:./layout:v1 --digest sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...detachFlags,
    ...platformFlag,
    ...limitFlag,
    ...elsewhereFlag,
    recursive: boolean({ char: 'r', summary: 'Remove the attachments of attachments as well' }),
    prune: boolean({
      summary: 'In a layout, remove unreachable blobs; no other writer may be at work',
    }),
    ...truncFlag,
    'dry-run': boolean({ summary: 'Show what would be removed, and remove nothing' }),
    ...deleteFlags,
    ...settleFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Detach);
    const { platform, recursive, prune, settle, 'dry-run': dryRun } = flags;
    const [{ resolvePlace }, { detach }] = await Promise.all([
      import('../operations/places/location.js'),
      import('../operations/detach/detach.js'),
    ]);
    const subject = resolvePlace(args.subject);
    const permission = { isRefused: false };
    const confirm = async (planned: DetachResult) => {
      permission.isRefused = !flags.yes && !(await this.#isConfirmed(planned, flags));
      return !permission.isRefused;
    };
    const selection = detachSelection(flags);
    if (!dryRun) await this.requireAnswer('detach', flags);
    const access = await this.access(flags, subject);
    const options = { ...access, selection, platform, recursive, prune, settle, dryRun, confirm };
    const result = await detach(subject, options);
    if (!permission.isRefused) return this.#report(result, flags);
    this.note('nothing was removed');
    process.exitCode = 1;
    return result;
  }

  async #isConfirmed(planned: DetachResult, flags: Shown): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    const screen = await screenFor(planned, this.stderr, flags);
    this.tell([...detachLines({ ...planned, dryRun: true }, screen)].join('\n'));
    return confirm('Remove this?', { stdin: process.stdin, stderr: this.stderr, signal: this.signal });
  }

  /** The exit code is not 0 while a selected attachment stays: a script must not read that as success. */
  async #report(result: DetachResult, flags: Shown): Promise<DetachResult> {
    const screen = await screenFor(result, this.stdout, flags);
    this.printLines(() => detachLines(result, screen));
    for (const note of detachNotes(result)) this.note(note);
    const failure = result.incomplete[0]?.error ?? result.unpruned;
    if (failure !== undefined) process.exitCode = exitCodeForPart([failure]);
    else if (result.blocked.length > 0) process.exitCode = 1;
    return result;
  }
}
