import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor, exitCodeForIncomplete } from '../cli/command/exit-codes.js';
import { elsewhereFlag } from '../cli/flags/elsewhere.js';
import { limitFlag, noTruncFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { choosesJson, formatFlag } from '../cli/flags/format.js';
import { policyFrom, type TrustFlags, trustFlags, trustFrom } from '../cli/flags/trust.js';
import { waitFlag } from '../cli/flags/wait.js';
import { inputOf, type SecretFlags } from '../cli/input/file-argument.js';
import { blobLines, describeVerifiedOnIndex, unmetLines, verdictLines } from '../cli/output/attached/verify.js';
import { verdictTable } from '../cli/output/attached/verify-table.js';
import { wrapped } from '../cli/output/fit.js';
import { isPicture, type PictureFormat, verifyPicture } from '../cli/output/pictures.js';
import { screenFor } from '../cli/output/screen.js';
import { blobNotes, blobSummary, summaryLine, verifyNotes } from '../cli/output/verify-summary.js';
import { RemoraError } from '../errors.js';
import { REQUIRE_ON } from '../operations/discover/missing.js';
import type { VerifyResult } from '../operations/verify/verify.js';

/** `remora verify` */
export default class Verify extends BaseCommand {
  static override summary = 'Verify what is attached to an image or artifact, whichever way it was signed';
  static override description =
    'Judges all signatures of cosign, Sigstore and notation, and what they cover. The exit code is 0 where all that is required is verified, by default one signature or attestation; 3 where it is not attached, and 5 where no given trust verifies it.';
  static override examples = [
    {
      description: 'Fail in CI unless an SBOM is verified by a key',
      command: '<%= config.bin %> verify --key cosign.pub --require sbom ghcr.io/acme/app:v1',
    },
    {
      description: 'Verify by an identity that signed in a GitHub workflow',
      command:
        "<%= config.bin %> verify --certificate-identity-regexp 'https://github\\.com/acme/app/.*' --certificate-oidc-issuer https://token.actions.githubusercontent.com ghcr.io/acme/app:v1",
    },
    {
      description: 'Keep the rules of a policy, as the gate of a deployment',
      command: '<%= config.bin %> verify --policy policy.yaml ghcr.io/acme/app:v1',
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      ignoreStdin: true,
    }),
  };
  static override flags = {
    ...trustFlags,
    policy: stringFlag({
      summary: 'Trusts and rules, YAML or JSON',
      helpValue: 'FILE',
      exclusive: Object.keys(trustFlags).filter((name) => name !== 'require-log'),
      helpGroup: 'TRUST',
    }),
    require: stringFlag({
      summary: 'Exit with 3 or 5 unless this is verified',
      helpValue: 'KIND[@FORMAT]',
      multiple: true,
      multipleNonGreedy: true,
      helpGroup: 'GATE',
    }),
    'require-on': option({ options: REQUIRE_ON })({
      summary: 'For an index: on each platform or an index that holds it, on each platform itself, or on the index',
      default: 'any' as const,
      helpGroup: 'GATE',
    }),
    'no-wrong': boolean({ summary: 'Also exit with 5 if a signature is wrong', helpGroup: 'GATE' }),
    blob: stringFlag({
      summary: 'Verify this file by --bundle, without SUBJECT',
      helpValue: 'FILE',
      dependsOn: ['bundle'],
      exclusive: ['require', 'policy', 'platform', 'max-signatures', 'format', 'wait'],
    }),
    bundle: stringFlag({ summary: 'Sigstore bundle of the file', helpValue: 'FILE', dependsOn: ['blob'] }),
    'max-signatures': integer({
      summary: 'Signatures to judge at most [default: 1000]',
      helpValue: 'N',
      min: 1,
    }),
    ...formatFlag,
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
    const { args, flags } = await this.parse(Verify);
    const { subject } = args;
    if (flags.blob !== undefined && flags.bundle !== undefined)
      return this.#verifyBlob({ ...flags, blob: flags.blob, bundle: flags.bundle }, subject);
    if (subject === undefined)
      throw mistake('argument SUBJECT is missing', 'Name an image or artifact, or a file with --blob');
    this.isGateOf(subject);
    const trust = await trustFrom(flags);
    const policy = await policyFrom(flags.policy);
    const [{ verify }, { parseRequirement }] = await Promise.all([
      import('../operations/verify/verify.js'),
      import('../operations/discover/missing.js'),
    ]);
    const access = await this.access(flags, subject);
    const result = await verify(subject, {
      ...access,
      ...trust,
      policy,
      platform: flags.platform,
      require: flags.require?.map(parseRequirement),
      requireOn: flags['require-on'],
      noWrong: flags['no-wrong'],
      maxSignatures: flags['max-signatures'],
      partial: true,
    });
    await this.#show(result, flags, (format) => verifyPicture(format, subject, result, { place: subject, ...access }));
    return result;
  }

  async #show(
    result: VerifyResult,
    flags: ShownFlags & { readonly format: string },
    draw: (format: PictureFormat) => Promise<string>,
  ): Promise<void> {
    const screen = await screenFor(result, this.stdout, flags);
    const { format } = flags;
    if (isPicture(format)) this.print(this.jsonEnabled() ? '' : await draw(format));
    else {
      this.printLines(() => (format === 'table' ? verdictTable : verdictLines)(result, screen));
      this.printLines(() => unmetLines(result, screen));
      this.printLines(() => wrapped(summaryLine(result, screen.paint), screen.width));
    }
    await this.conclude((await import('../cli/gates/verify.js')).verifyGate(result));
    this.notes([...describeVerifiedOnIndex(result), ...verifyNotes(result, new Date())], flags);
    process.exitCode = exitCodeOf(result);
  }

  async #verifyBlob(flags: BlobFlags, subject: string | undefined): Promise<object> {
    if (subject !== undefined)
      throw mistake('SUBJECT and --blob are both given, wanted one of them', 'Leave one of the two out');
    this.isGateOf(flags.blob);
    const trust = await trustFrom(flags);
    const { verifyBlob } = await import('../operations/verify/verify-blob.js');
    const blob = inputOf(flags.blob, flags, process.stdin);
    const result = await verifyBlob(blob, flags.bundle, { ...trust, signal: this.signal, partial: true });
    const screen = await screenFor(result, this.stdout, flags);
    this.printLines(() => blobLines(result, screen));
    this.printLines(() => wrapped(blobSummary(result, screen.paint), screen.width));
    await this.conclude((await import('../cli/gates/verify.js')).blobGate(result));
    this.notes(blobNotes(result, new Date()), flags);
    if (result.outcome !== 'verified') process.exitCode = exitCodeFor({ code: 'NOT_VERIFIED' });
    return result;
  }
}

/** The flags that say how a result is shown. */
type ShownFlags = Parameters<typeof screenFor>[2];

/** The flags of a call without a subject. */
type BlobFlags = ShownFlags & TrustFlags & SecretFlags & { readonly blob: string; readonly bundle: string };

function mistake(message: string, hint: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message, { hint });
}

function exitCodeOf({ outcome, incomplete }: VerifyResult): number {
  if (outcome === 'incomplete') return exitCodeForIncomplete(incomplete.map(({ error }) => error));
  if (outcome === 'verified') return 0;
  return exitCodeFor({ code: outcome === 'unsigned' ? 'NO_MATCH' : 'NOT_VERIFIED' });
}
