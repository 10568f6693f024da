import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { DeleteCommand, deleteFlags } from '../cli/command/delete-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { detachFlags, detachSelection } from '../cli/flags/detach.js';
import { platformFlag, registryFlags, settleFlag } from '../cli/flags/flags.js';
import { renderDetach } from '../cli/output/detach.js';
import { painter } from '../cli/output/text.js';
import { isRemoraError } from '../errors.js';
import type { DetachResult } from '../operations/detach/detach.js';

/** `remora detach` */
export default class Detach extends DeleteCommand {
  static override summary = 'Remove attachments of an image or artifact';
  static override description =
    'Removes attachments with their tags and their entries in every list; SUBJECT itself stays. For an index, attachments of its platforms are included. Attestations of BuildKit are part of their index and stay.';
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
    recursive: boolean({ char: 'r', summary: 'Remove the attachments of attachments as well' }),
    prune: boolean({
      summary: 'In a layout, remove unreachable blobs; no other writer may be at work',
    }),
    'dry-run': boolean({ summary: 'Show what would be removed, and remove nothing' }),
    ...deleteFlags,
    ...settleFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Detach);
    const [{ parsePlace }, { parsePlatform }, { requireSelection }, { platformSubject }, plans, detaches] =
      await Promise.all([
        import('../oci/names/place.js'),
        import('../oci/values/platform.js'),
        import('../operations/detach/selection.js'),
        import('../operations/attached/platform.js'),
        import('../operations/detach/plan.js'),
        import('../operations/detach/detach.js'),
      ]);
    const place = parsePlace(args.subject);
    const selection = detachSelection(flags);
    requireSelection(selection);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const dryRun = flags['dry-run'];
    if (!dryRun) await this.requireAnswer('detach', flags);
    const store = await this.open(place, flags, { access: dryRun ? 'read' : 'delete' });
    if (flags.prune) detaches.requirePruner(store);
    const { signal } = this;
    const { subject, index } = await platformSubject(store, place, platform, { signal });
    const plan = await plans.planDetach(store, subject, selection, { index, recursive: flags.recursive, signal });
    const planned = detaches.plannedResult(store, plan);
    if (dryRun) return this.#report({ ...planned, dryRun: true });
    if (plan.remove.length > 0 && !flags.yes && !(await this.#isConfirmed(planned))) {
      this.note('nothing was removed');
      process.exitCode = 1;
      return { ...planned, removed: [], orphans: [] };
    }
    const { result, failure } = await detaches.detach(store, plan, {
      signal,
      settle: flags.settle,
      prune: flags.prune,
    });
    return this.#report(result, failure);
  }

  async #isConfirmed(planned: DetachResult): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    this.stderr.write(`${renderDetach({ ...planned, dryRun: true }, painter(this.stderr))}\n`);
    return confirm('Remove this?', { stdin: process.stdin, stderr: this.stderr, signal: this.signal });
  }

  /** What was meant and is still there is no success: whoever runs on must not take it for gone. */
  #report(result: DetachResult, failure?: unknown): DetachResult {
    this.print(renderDetach(result, painter(this.stdout)));
    const { removed, incomplete, blocked } = result;
    if (blocked.length > 0) {
      process.exitCode = 1;
      this.note(`${blocked.length} of what was meant ${blocked.length === 1 ? 'stays' : 'stay'}, for a reason`);
    }
    if (failure === undefined) return result;
    process.exitCode = exitCodeFor(failure);
    const hint = isRemoraError(failure) && failure.hint !== undefined ? `: ${failure.hint}` : '';
    for (const message of new Set(incomplete.map(({ error }) => error.message))) this.note(message);
    if (incomplete.length === 0) this.note(failure instanceof Error ? failure.message : String(failure));
    this.note(`removed ${removed.length} of ${removed.length + incomplete.length}${hint}`);
    return result;
  }
}
