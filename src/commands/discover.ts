import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor, exitCodeForIncomplete } from '../cli/command/exit-codes.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, noTruncFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { choosesJson, formatFlag } from '../cli/flags/format.js';
import { lookSelectionFrom, selectionFlags, viaFlag } from '../cli/flags/selection.js';
import { waitFlag } from '../cli/flags/wait.js';
import type { discoverGate as DiscoverGate } from '../cli/gates/discover.js';
import {
  describeAsked,
  describeOnIndex,
  describeUnread,
  discoverNotes,
  missingLines,
  treeLines,
} from '../cli/output/attached/discover.js';
import { discoverTable } from '../cli/output/attached/discover-table.js';
import { discoverPicture, isPicture, type PictureFormat } from '../cli/output/pictures.js';
import { screenFor } from '../cli/output/screen.js';
import type { Discovery } from '../operations/discover/discover.js';
import { REQUIRE_ON } from '../operations/discover/missing.js';

/** `remora discover` */
export default class Discover extends BaseCommand {
  static override summary = 'List all attachments of an image or artifact';
  static override description =
    'Asks every way in which an artifact can be attached, and continues with all manifests below an index and the attachments of attachments. An empty list means that every way was asked and answered. Otherwise the exit code is 4 if access was refused, and 6 for any other failure.';
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
    ...viaFlag,
    depth: integer({ summary: 'Levels below the subject [default: all]', helpValue: 'N', min: 1 }),
    ...formatFlag,
    annotations: boolean({ summary: 'Show annotations in the tree', default: false }),
    verbose: boolean({ summary: 'Show the answer of each way, and who claims to have signed', default: false }),
    require: stringFlag({
      summary: 'Exit with 3 unless this kind is attached; can be given several times',
      helpValue: 'KIND[@FORMAT]',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'GATE',
    }),
    'require-on': option({ options: REQUIRE_ON })({
      summary:
        'For an index: on each platform or an index that holds it, on each platform itself, or on the index alone',
      default: 'any' as const,
      helpGroup: 'GATE',
    }),
    ...noTruncFlag,
    ...waitFlag,
    ...platformFlag,
    ...limitFlag,
    ...elsewhereFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  override jsonEnabled(): boolean {
    return super.jsonEnabled() || choosesJson(this.argv);
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Discover);
    const { format: style, via, depth, platform, 'require-on': requireOn, verbose, ...selectors } = flags;
    const [{ discover }, { parseRequirement }, { lookedAt }] = await Promise.all([
      import('../operations/discover/discover.js'),
      import('../operations/discover/missing.js'),
      import('../operations/looked/looked-at.js'),
    ]);
    const selection = lookSelectionFrom(selectors);
    const { place, ...begun } = lookedAt(args.subject);
    const require = flags.require?.map(parseRequirement);
    if (require !== undefined) this.isGateOf(args.subject);
    const access = await this.access(flags, place);
    const onUnread = (what: string, error: unknown) => this.note(describeUnread(what, error));
    const options = { ...access, ...begun, selection, platform, depth, via, require, requireOn, onUnread };
    const claims = verbose || style === 'html';
    const result = await discover(place, { ...options, claims, contents: true, partial: true });
    const isAll = selection === undefined && via === undefined && result.incomplete.length === 0;
    await this.#show(result, { ...flags, isAll }, (format) =>
      discoverPicture(format, args.subject, result, { place, ...access }),
    );
    await this.#tellGate(result, require, requireOn);
    const notes = discoverNotes(result, { selection, via, json: this.jsonEnabled() });
    this.notes([...describeOnIndex(result), ...notes], flags);
    const failures = result.incomplete.map(({ error }) => error);
    // A requirement that is met stays met, even where a way could not be asked.
    if (failures.length > 0 && result.missing?.length !== 0) process.exitCode = exitCodeForIncomplete(failures);
    else if (result.missing?.length) process.exitCode = exitCodeFor({ code: 'NO_MATCH' });
    return result;
  }

  async #show(result: Discovery, flags: ShownFlags, draw: (format: PictureFormat) => Promise<string>): Promise<void> {
    const { format } = flags;
    const screen = await screenFor(result, this.stdout, flags);
    const isPictured = isPicture(format);
    if (isPictured) this.print(this.jsonEnabled() ? '' : await draw(format));
    else if (format === 'table') this.printLines(() => discoverTable(result, screen));
    else this.printLines(() => treeLines(result, screen, flags));
    if (flags.verbose) for (const way of result.asked) this.note(describeAsked(way));
    if (!isPictured) this.printLines(() => missingLines(result, screen));
  }

  async #tellGate(...[result, require, requireOn]: Parameters<typeof DiscoverGate>): Promise<void> {
    const { discoverGate, unaskedLines } = await import('../cli/gates/discover.js');
    const gate = discoverGate(result, require, requireOn);
    if (gate.lacks.length === 0) for (const line of unaskedLines(result.incomplete)) this.note(`warning: ${line}`);
    await this.conclude(gate);
  }
}

/** The flags that say how a result is shown. */
type ShownFlags = Parameters<typeof screenFor>[2] &
  Parameters<typeof treeLines>[2] & { readonly format: string; readonly verbose: boolean };
