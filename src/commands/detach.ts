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
  static override summary = 'Remove what is attached to an image or artifact';
  static override description =
    `Removes attached artifacts with all their tags, their entries in every list that names them, and cosign's tags. SUBJECT itself stays. For an index, what is attached to its platforms is meant as well. What is meant must be said: --all is everything.

What is attached to what goes is named, and goes with it only with --recursive. BuildKit's attestations are part of their image index and stay; the report says what can be done. Run it again where it could not finish: it goes on.`;
  static override examples = [
    {
      description: 'See what would go',
      command: '<%= config.bin %> detach --kind sbom --dry-run ghcr.io/acme/app:v1',
    },
    {
      description: 'Everything, with what is attached to it, without being asked',
      command: '<%= config.bin %> detach --all --recursive --yes ghcr.io/acme/app:v1',
    },
    {
      description: 'One artifact of a layout, with its blobs',
      command: '<%= config.bin %> detach --digest sha256:2c26…7ae --prune oci:./layout:v1',
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
    recursive: boolean({ char: 'r', summary: 'Remove what is attached to it, too, and so on' }),
    prune: boolean({
      summary: 'In a layout, remove the blobs that nothing leads to any more; no other writer may be at work',
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
