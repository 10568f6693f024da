import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { registryFlags } from '../cli/flags/flags.js';
import { renderCheck } from '../cli/output/check.js';
import { painter } from '../cli/output/text.js';
import { RemoraError } from '../errors.js';
import type { CheckResult } from '../operations/check/schema.js';

/** `remora check` */
export default class Check extends BaseCommand {
  static override summary = 'Check that an image, or a whole layout, is there and is what it says';
  static override description =
    `Checks every blob's presence, size and digest, manifests and indexes against their grammar, layers against the image's config, and lists of referrers against the manifests that they name. A layout without a tag is checked as a whole, with what nothing leads to. In a registry blobs are asked for by HEAD, and read with --deep.

Every finding has a code that does not change, a severity and a next step. The exit code is 5 when an error was found. What could not be read or asked is never called fine: it is named, and the exit code is that of the failure.

--fix repairs what the manifests prove: lists of referrers, entries of index.json, left-over files. It removes no content and no tags.`;
  static override examples = [
    { description: 'A whole layout', command: '<%= config.bin %> check ./layout' },
    {
      description: 'An image in a registry with everything that is attached; reads every blob',
      command: '<%= config.bin %> check --recursive --deep ghcr.io/acme/app:v1',
    },
    { description: 'What would be repaired', command: '<%= config.bin %> check --fix --dry-run ./layout' },
    {
      description: 'Damaged blobs brought back from where the layout came from',
      command: '<%= config.bin %> check --fetch-from ghcr.io/acme/app ./layout',
    },
  ];
  static override args = {
    place: string({
      description: 'What to check: host/repo:tag, oci:PATH[:TAG], oci-archive:FILE or dir:PATH',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    recursive: boolean({
      char: 'r',
      summary: 'Check everything that is attached, too; a whole layout includes it',
    }),
    deep: boolean({ summary: 'Read and hash blobs in a registry, too', exclusive: ['quick'] }),
    quick: boolean({ summary: 'Read no blobs: check only that they are there, in the right size' }),
    fix: boolean({ summary: 'Repair what can be repaired without guessing, in a whole layout; asks first' }),
    'fetch-from': stringFlag({
      summary: 'Bring missing and damaged content back from this place, by its digest',
      helpValue: 'PLACE',
    }),
    verbose: boolean({ summary: 'Show the next step for each finding', default: false }),
    'dry-run': boolean({ summary: 'Show what --fix and --fetch-from would do, and change nothing' }),
    yes: boolean({ char: 'y', summary: 'Do it without being asked' }),
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Check);
    const [{ parsePlace }, { assertWhole, check }, { requireAnswer }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../operations/check/check.js'),
      import('../cli/input/confirm.js'),
    ]);
    const place = parsePlace(args.place);
    const fetchFrom = flags['fetch-from'] === undefined ? undefined : parsePlace(flags['fetch-from']);
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
    this.print(renderCheck(result, painter(this.stdout), { verbose: flags.verbose }));
    this.#conclude(result);
    return result;
  }

  async #isConfirmed(planned: CheckResult): Promise<boolean> {
    const { confirm } = await import('../cli/input/confirm.js');
    this.stderr.write(`${renderCheck(planned, painter(this.stderr))}\n`);
    const environment = { stdin: process.stdin, stderr: this.stderr, signal: this.signal };
    if (await confirm('Repair this?', environment)) return true;
    this.note('nothing was repaired');
    // Whoever runs on must not take it for done.
    process.exitCode = 1;
    return false;
  }

  /** Notes and exit code: of what could not be asked, else of errors. */
  #conclude({ incomplete, findings, fixed = [], dryRun }: CheckResult): void {
    // What would be repaired is still wrong.
    const wrong = dryRun ? [...findings, ...fixed] : findings;
    for (const { way, error } of incomplete) this.note(`could not check ${way}: ${error.message}`);
    const [first] = incomplete;
    if (first !== undefined) {
      process.exitCode = exitCodeFor(first.error);
      this.note(`more may be wrong${first.error.hint ? `: ${first.error.hint}` : ''}`);
    } else if (wrong.some(({ severity }) => severity === 'error'))
      process.exitCode = exitCodeFor(new RemoraError('MALFORMED', 'errors were found'));
  }
}
