import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { platformFlag, registryFlags } from '../cli/flags/flags.js';
import { selectionFlags, selectionFrom } from '../cli/flags/selection.js';
import { describeAsked, renderMissing, renderTable, renderTree } from '../cli/output/discover.js';
import { painter } from '../cli/output/text.js';
import { isRemoraError, RemoraError } from '../errors.js';
import { describeSelection } from '../operations/attached/selection.js';
import type { DiscoverResult } from '../operations/discover/discover.js';
import { type MissingKind, missingKinds, parseRequirement, REQUIRE_ON } from '../operations/discover/gate.js';
import { VIAS } from '../store/interfaces/store.js';

/** `remora discover` */
export default class Discover extends BaseCommand {
  static override summary = 'List all attachments of an image or artifact';
  static override description =
    'Asks every way in which an artifact can be attached, and continues with the platforms of an index and the attachments of attachments. An empty list means that every way was asked and answered; otherwise the exit code is that of the failure.';
  static override aliases = ['referrers'];
  static override examples = [
    { description: 'Show a tree of all attachments', command: '<%= config.bin %> discover ghcr.io/acme/app:v1' },
    {
      description: 'Fail in CI unless an SBOM and a signature are attached',
      command: '<%= config.bin %> discover --require sbom --require signature ghcr.io/acme/app:v1',
    },
    {
      description: 'List digests for a program',
      command: "<%= config.bin %> discover --json ghcr.io/acme/app:v1 | jq '.referrers[].digest'",
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
    ...selectionFlags,
    latest: boolean({
      summary: 'The newest that fits, by org.opencontainers.image.created',
      helpGroup: 'SELECTION',
    }),
    via: option({ options: VIAS, multiple: true, multipleNonGreedy: true })({
      summary: `Ask only this way: ${VIAS.join(', ')}`,
      helpValue: 'WAY',
    }),
    depth: integer({ summary: 'Levels below the subject [default: all]', helpValue: 'N', min: 1 }),
    format: option({ options: ['tree', 'table', 'json'] as const })({
      summary: 'How to show the result',
      default: 'tree' as const,
    }),
    annotations: boolean({ summary: 'Show annotations in the tree', default: false }),
    verbose: boolean({ summary: 'Tell which ways were asked, and the answer of each', default: false }),
    require: stringFlag({
      summary: 'Exit with 3 unless this kind is attached; can be given several times',
      helpValue: 'KIND[@FORMAT]',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'GATE',
    }),
    'require-on': option({ options: REQUIRE_ON })({
      summary: 'For an index: on each of its platforms, on the index, or on either',
      default: 'platforms' as const,
      helpGroup: 'GATE',
    }),
    ...platformFlag,
    ...registryFlags,
  };

  override jsonEnabled(): boolean {
    return (
      super.jsonEnabled() ||
      this.argv.some(
        (word, index) => word === '--format=json' || (word === '--format' && this.argv[index + 1] === 'json'),
      )
    );
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Discover);
    const [{ parsePlace }, { parsePlatform }, { discover }, { platformSubject }] = await Promise.all([
      import('../oci/names/place.js'),
      import('../oci/values/platform.js'),
      import('../operations/discover/discover.js'),
      import('../operations/attached/platform.js'),
    ]);
    const place = parsePlace(args.subject);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const { format: style, ...chosen } = flags;
    const selection = selectionFrom(chosen);
    const requirements = flags.require?.map(parseRequirement);
    const store = await this.open(place, flags);
    const { subject, index } = await platformSubject(store, place, platform, { signal: this.signal });
    const { result, failure } = await discover(store, subject, {
      ...selection,
      depth: flags.depth,
      via: flags.via,
      index,
      signal: this.signal,
    });

    const paint = painter(this.stdout);
    this.print(() =>
      style === 'table' ? renderTable(result) : renderTree(result, paint, { annotations: flags.annotations }),
    );
    if (flags.verbose) for (const way of result.asked) this.note(describeAsked(way));
    for (const { way, error } of result.incomplete) this.note(`could not ask ${way}: ${error.message}`);
    if (requirements !== undefined)
      return this.#gate(result, failure, missingKinds(result, requirements, flags['require-on']));
    const isEmpty = [result, ...(result.platforms ?? [])].every(({ referrers }) => referrers.length === 0);
    if (failure !== undefined) this.#fail(failure);
    else if (isEmpty && !this.jsonEnabled()) {
      const wanted = describeSelection(selection ?? {});
      const where = flags.via === undefined ? '' : ` by way of ${flags.via.join(' or ')}; other places were not asked`;
      this.note(`nothing${wanted.length === 0 ? '' : ` of ${wanted.join(', ')}`} is attached${where}`);
    }
    return result;
  }

  /** What is there is there, also where a place could not be asked; what is missing is missing only when all were. */
  #gate(result: DiscoverResult, failure: unknown, missing: readonly MissingKind[]): object {
    this.print(renderMissing(missing));
    if (missing.length > 0 && failure !== undefined) this.#fail(failure);
    else if (missing.length > 0) {
      process.exitCode = exitCodeFor(new RemoraError('NO_MATCH', 'what is required is missing'));
      if (missing.some(({ onIndex }) => onIndex))
        this.note('the index itself has some of it; --require-on any lets that count for its platforms');
    } else
      this.note(
        'everything that is required is attached; that is no verification, check signatures with their own tools',
      );
    return { ...result, missing };
  }

  #fail(failure: unknown): void {
    process.exitCode = exitCodeFor(failure);
    this.note(`more may be attached${isRemoraError(failure) && failure.hint ? `: ${failure.hint}` : ''}`);
  }
}
