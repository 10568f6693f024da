import type { Interfaces } from '@oclif/core';
import { string } from '@oclif/core/args';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor } from '../cli/command/exit-codes.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { type ReportFormat, reportFlags } from '../cli/flags/report.js';
import { truncFlag } from '../cli/flags/trunc.js';
import { policyFrom, trustFrom } from '../cli/flags/trust.js';
import type { ReportInput } from '../cli/input/report-input.js';
import type { ReportNotes } from '../cli/output/report/notes.js';
import { screenOf } from '../cli/output/screen.js';
import { given } from '../oci/values/given.js';

/** `remora report` */
export default class Report extends BaseCommand {
  static override summary = 'Show which of many images have an SBOM, a signature, provenance and more';
  static override description =
    'Rows are printed as they come, in the order of the references, each image once. An image that cannot be asked is a row that says so, and ends the command with 4 or 6; one that does not exist ends it with 3. A layout or archive without a tag stands for all its images.';
  static override examples = [
    {
      description: 'Report on all images that a chart would run',
      command: 'helm template ./chart | <%= config.bin %> report --from -',
    },
    {
      description: 'Fail in CI unless all releases have an SBOM and a signature',
      command: "<%= config.bin %> report --tag 'v*' --require sbom --require signature ghcr.io/acme/app",
    },
    {
      description: 'Write a page that sorts and filters, with what the key verifies',
      command: '<%= config.bin %> report --key cosign.pub --format html --from images.txt > report.html',
    },
  ];
  static override args = {
    references: string({
      description: 'host/repo:tag, host/repo@digest, oci:PATH[:TAG] or oci-archive:FILE[:TAG]',
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...reportFlags,
    ...truncFlag,
    ...limitFlag,
    ...elsewhereFlag,
    ...unpackFlag,
    ...registryFlags,
  };
  #isStreaming = false;

  /** Once rows are printed, the rest of the document follows, and errors go to standard error. */
  override jsonEnabled(): boolean {
    return !this.#isStreaming && (super.jsonEnabled() || isJson(this.argv));
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Report);
    const words = args.references ?? [];
    const input = flags.merge ? await this.#merge(words, flags) : await this.#ask(words, flags);
    try {
      return await this.#show(input, isJson(this.argv) || super.jsonEnabled() ? 'json' : flags.format, flags);
    } finally {
      await input.close?.();
    }
  }

  async #ask(words: readonly string[], flags: Flags): Promise<ReportInput> {
    const [{ reportReferences, placeOfReport }, { ReportNames }, { report, DEFAULT_COLUMNS }, { parseShard }] =
      await Promise.all([
        import('../cli/input/report-references.js'),
        import('../cli/input/report-names.js'),
        import('../operations/report/report.js'),
        import('../operations/report/shard.js'),
      ]);
    const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
    const references = await reportReferences(words, flags.from ?? [], flags, process.stdin);
    const access = await this.access(flags, await placeOfReport(references, flags));
    const trust = await trustFrom(flags);
    const policy = await policyFrom(flags.policy);
    const { column = DEFAULT_COLUMNS, require = [], tag: match } = flags;
    const tags = flags['all-tags'] || match !== undefined ? given({ match }) : undefined;
    const maxSignatures = flags['max-signatures'];
    const names = new ReportNames(references);
    const asked = { columns: column, require, tags, shard, policy, maxSignatures };
    return {
      rows: report(references, { ...access, ...trust, ...asked, onImages: (images) => names.add(images) }),
      columns: [...new Set([...column, ...require])],
      require,
      isTrusted: (trust.trust ?? []).length > 0 || policy !== undefined,
      hasPolicy: policy !== undefined,
      longest: () => names.longest,
      shard,
    };
  }

  async #merge(files: readonly string[], flags: Flags): Promise<ReportInput> {
    const { mergedInput } = await import('../cli/input/report-merged.js');
    return mergedInput(files, flags.require);
  }

  async #show(input: ReportInput, format: ReportFormat, flags: Flags): Promise<object> {
    const [{ reportWriter }, { describeSummary }, { streamReport }, { ReportNotes }] = await Promise.all([
      import('../cli/output/report/writer.js'),
      import('../cli/output/report/summary.js'),
      import('../cli/output/report/stream.js'),
      import('../cli/output/report/notes.js'),
    ]);
    const screen = screenOf(this.stdout, { isWhole: flags['no-trunc'] });
    const writer = await reportWriter(format, { ...input, screen, now: new Date() });
    const notes = new ReportNotes();
    const { summary, failure } = await streamReport(input.rows, writer, this.stdout, {
      ...input,
      onBegin: () => {
        this.#isStreaming = true;
      },
      onRow: (row) => notes.add(row),
    });
    await this.#tellGate(input, notes, failure === undefined ? undefined : describeSummary(summary));
    for (const note of notes.notes) this.note(note);
    this.note(describeSummary(summary));
    if (failure !== undefined) process.exitCode = exitCodeFor({ code: failure });
    return summary;
  }

  /** The images that lack something required, or that the report could not ask. */
  async #tellGate({ require, hasPolicy }: ReportInput, notes: ReportNotes, failed: string | undefined): Promise<void> {
    const { lacking, lacks: count, hint } = notes;
    if (require.length > 0 || hasPolicy) this.isGateOf('report');
    const lacks = lacking.length === 0 && failed !== undefined ? [failed] : lacking;
    await this.conclude({ subject: (require.length > 0 ? require : ['policy']).join(', '), lacks, count, hint });
  }
}

type Flags = Interfaces.InferredFlags<typeof Report.flags>;

function isJson(argv: readonly string[]): boolean {
  return argv.some((word, index) => word === '--format=json' || (word === '--format' && argv[index + 1] === 'json'));
}
