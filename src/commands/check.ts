import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { registryFlags } from '../cli/flags/flags.js';
import { renderCheck } from '../cli/output/check.js';
import { painter } from '../cli/output/text.js';
import { isRemoraError, RemoraError } from '../errors.js';
import type { CheckResult, Checkup } from '../operations/check/check.js';

/** `remora check` */
export default class Check extends BaseCommand {
  static override summary = 'Check that an image, or a whole layout, is complete and undamaged';
  static override description =
    'Checks presence, size and digest of every blob, the grammar of manifests, and the lists of referrers. A layout without a tag is checked as a whole. The exit code is 5 when an error was found.';
  static override examples = [
    { description: 'Check a whole layout', command: '<%= config.bin %> check ./layout' },
    {
      description: 'Check an image in a registry with all attachments; read every blob',
      command: '<%= config.bin %> check --recursive --deep ghcr.io/acme/app:v1',
    },
    {
      description: 'Fetch damaged blobs from where the layout came from',
      command: '<%= config.bin %> check --fetch-from ghcr.io/acme/app ./layout',
    },
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
    verbose: boolean({ summary: 'Show the next step for each finding', default: false }),
    'dry-run': boolean({ summary: 'Show what --fix and --fetch-from would do, and change nothing' }),
    yes: boolean({ char: 'y', summary: 'Do not ask' }),
    ...registryFlags,
  };

  #verbose = false;

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Check);
    this.#verbose = flags.verbose;
    const [{ parsePlace }, checks, repairs] = await Promise.all([
      import('../oci/names/place.js'),
      import('../operations/check/check.js'),
      import('../operations/check/repair/repair.js'),
    ]);
    const place = parsePlace(args.place);
    const other = flags['fetch-from'] === undefined ? undefined : parsePlace(flags['fetch-from']);
    const isNamed = place.tag !== undefined || place.digest !== undefined;
    if (flags.fix && isNamed && place.kind === 'layout') {
      throw new RemoraError('INVALID_ARGUMENT', 'a layout is repaired as a whole, and one thing of it was named', {
        hint: 'Leave out tag and digest',
      });
    }
    const dryRun = flags['dry-run'];
    if (flags.fix && !dryRun)
      (await import('../cli/input/confirm.js')).requireAnswer('check --fix', flags, process.stdin);
    const source = await this.openAt(place, {
      ...(place.kind === 'registry' ? await this.connection(flags) : {}),
      damaged: true,
    });
    if (flags.fix) repairs.requireMender(source);
    const from = other && (await this.open(other, flags));
    const { signal } = this;
    const checkup = await checks.check(source, place, {
      recursive: flags.recursive,
      deep: flags.quick ? false : flags.deep || undefined,
      fetchFrom: from,
      dryRun,
      concurrency: flags.concurrency,
      onProgress: await this.progress(),
      signal,
    });
    if (!flags.fix) return this.#report(checkup);
    const plan = repairs.repairable(checkup.result);
    const planned = { ...checkup, result: asPlanned(checkup.result) };
    if (dryRun || plan.length === 0) return this.#report(dryRun ? planned : checkup);
    if (!flags.yes && !(await this.#isConfirmed(planned.result))) {
      this.note('nothing was repaired');
      // Whoever runs on must not take it for done.
      process.exitCode = 1;
      return this.#report(checkup);
    }
    return this.#report(await repairs.repair(source, checkup, { signal }));
  }

  async #isConfirmed(planned: CheckResult): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    this.stderr.write(`${renderCheck({ ...planned, dryRun: true }, painter(this.stderr))}\n`);
    return confirm('Repair this?', { stdin: process.stdin, stderr: this.stderr, signal: this.signal });
  }

  #report({ result, failure }: Checkup): CheckResult {
    this.print(renderCheck(result, painter(this.stdout), { verbose: this.#verbose }));
    const { incomplete, findings, fixed = [], dryRun } = result;
    // What would be repaired is still wrong.
    const wrong = dryRun ? [...findings, ...fixed] : findings;
    for (const { way, error } of incomplete) this.note(`could not check ${way}: ${error.message}`);
    if (failure !== undefined) {
      process.exitCode = exitCodeFor(failure);
      this.note(`more may be wrong${isRemoraError(failure) && failure.hint ? `: ${failure.hint}` : ''}`);
    } else if (wrong.some(({ severity }) => severity === 'error'))
      process.exitCode = exitCodeFor(new RemoraError('MALFORMED', 'errors were found'));
    return result;
  }
}

/** What would be left, and what would be fixed. */
function asPlanned(result: CheckResult): CheckResult {
  return {
    ...result,
    findings: result.findings.filter(({ fixable }) => !fixable),
    fixed: [...(result.fixed ?? []), ...result.findings.filter(({ fixable }) => fixable)],
  };
}
