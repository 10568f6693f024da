import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor, exitCodeForIncomplete } from '../cli/command/exit-codes.js';
import { limitFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { parseGrace } from '../cli/flags/span.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { renderGarbage } from '../cli/output/garbage.js';
import { renderCheck } from '../cli/output/results/check.js';
import { screenFor } from '../cli/output/screen.js';
import { painter } from '../cli/output/text.js';
import { RemoraError } from '../errors.js';
import type { Place } from '../oci/names/place.js';
import type { CheckResult, GarbageResult } from '../operations/check/schema.js';

interface GarbageFlags {
  readonly grace?: string | undefined;
  readonly 'dry-run': boolean;
}

/** `remora check` */
export default class Check extends BaseCommand {
  static override summary = 'Check that an image, or a whole layout, is complete and undamaged';
  static override description =
    'Checks presence, size and digest of every blob, the grammar of manifests, and the lists of referrers. A layout without a tag is checked as a whole. The exit code is 5 if errors are found.';
  static override examples = [
    { description: 'Check a whole layout', command: '<%= config.bin %> check ./layout' },
    {
      description: 'Check an image in a registry with all attachments; read every blob',
      command: '<%= config.bin %> check --recursive --deep ghcr.io/acme/app:v1',
    },
    { description: 'Free the space that nothing needs', command: '<%= config.bin %> check --gc ./layout' },
  ];
  static override args = {
    place: string({
      description: 'host/repo:tag, oci:PATH[:TAG], oci-archive:FILE or dir:PATH',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    recursive: boolean({
      char: 'r',
      summary: 'Check all attachments as well; a whole layout includes them',
    }),
    deep: boolean({ summary: 'Read and hash blobs in a registry as well', exclusive: ['quick'] }),
    quick: boolean({ summary: 'Check presence and size of blobs only' }),
    fix: boolean({ summary: 'Repair lists, entries and left-over files of a whole layout; asks first' }),
    'fetch-from': stringFlag({
      summary: 'Fetch missing and damaged content from this place, by its digest',
      helpValue: 'PLACE',
    }),
    gc: boolean({
      summary: 'Instead of checking a layout, remove from it what nothing names',
      exclusive: ['recursive', 'deep', 'quick', 'fix', 'fetch-from'],
    }),
    grace: stringFlag({
      summary: 'Keep with --gc what is younger than this [default: 1h]',
      helpValue: 'SPAN',
      dependsOn: ['gc'],
    }),
    ...truncFlag,
    verbose: boolean({ summary: 'Show the next step for each finding', default: false }),
    'dry-run': boolean({ summary: 'Show what --fix, --fetch-from and --gc would do; change nothing' }),
    yes: boolean({ char: 'y', summary: 'Do not ask' }),
    ...limitFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Check);
    const [{ resolvePlace }, { assertWhole, check }, { requireAnswer }] = await Promise.all([
      import('../operations/places/location.js'),
      import('../operations/check/check.js'),
      import('../cli/input/confirm.js'),
    ]);
    const place = resolvePlace(args.place);
    if (flags.gc) return this.#collect(place, flags);
    this.isGateOf(args.place);
    const fetchFrom = flags['fetch-from'] === undefined ? undefined : resolvePlace(flags['fetch-from']);
    if (flags.fix) assertWhole(place);
    if (flags.fix && !flags['dry-run']) requireAnswer('check --fix', flags, process.stdin);
    const result = await check(place, {
      ...(await this.access(flags, fetchFrom?.kind === 'registry' ? fetchFrom : place)),
      fetchFrom,
      recursive: flags.recursive,
      deep: flags.quick ? false : flags.deep || undefined,
      fix: flags.fix,
      dryRun: flags['dry-run'],
      confirm: async (planned) => flags.yes || this.#isConfirmed(planned),
      concurrency: flags.concurrency,
      onProgress: await this.progress(),
    });
    const screen = await screenFor(result, this.stdout, flags);
    this.print(renderCheck(result, screen, { verbose: flags.verbose }));
    await this.#tellGate(result);
    return result;
  }

  async #collect(place: Place, flags: GarbageFlags): Promise<GarbageResult> {
    const { collectGarbage } = await import('../operations/check/garbage.js');
    const grace = flags.grace === undefined ? undefined : parseGrace('--grace', flags.grace);
    const result = await collectGarbage(place, { grace, dryRun: flags['dry-run'], signal: this.signal });
    this.print(renderGarbage(result, painter(this.stdout)));
    return result;
  }

  async #isConfirmed(planned: CheckResult): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    this.tell(renderCheck(planned, await screenFor(planned, this.stderr)));
    const environment = { stdin: process.stdin, stderr: this.stderr, signal: this.signal };
    if (await confirm('Repair this?', environment)) return true;
    this.note('nothing was repaired');
    // A script must not read the refusal as success.
    process.exitCode = 1;
    return false;
  }

  /** Errors, notes, and the exit code: of an incomplete check, else of errors found. */
  async #tellGate(result: CheckResult): Promise<void> {
    const { incomplete, findings, fixed = [], dryRun } = result;
    // A dry run repairs nothing: planned repairs are still wrong.
    const wrong = dryRun ? [...findings, ...fixed] : findings;
    await this.conclude((await import('../cli/gates/check.js')).checkGate(result));
    const [first] = incomplete;
    if (first !== undefined) {
      process.exitCode = exitCodeForIncomplete(incomplete.map(({ error }) => error));
      this.note(`more may be wrong${first.error.hint ? `: ${first.error.hint}` : ''}`);
    } else if (wrong.some(({ severity }) => severity === 'error'))
      process.exitCode = exitCodeFor(new RemoraError('MALFORMED', 'errors were found'));
  }
}
