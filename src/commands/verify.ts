import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { exitCodeFor, exitCodeForIncomplete } from '../cli/command/exit-codes.js';
import { limitFlag, platformFlag, registryFlags, unpackFlag } from '../cli/flags/flags.js';
import { policyFrom, trustFlags, trustFrom } from '../cli/flags/trust.js';
import { screenOf } from '../cli/output/tree.js';
import { describeVerifiedOnIndex, renderUnmet, verdictLines } from '../cli/output/verify.js';
import { summaryLine, verifyNotes } from '../cli/output/verify-summary.js';
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
      description: 'Verify by a key of cosign',
      command: '<%= config.bin %> verify --key cosign.pub ghcr.io/acme/app:v1',
    },
    {
      description: 'Verify by an identity that signed in a GitHub workflow',
      command:
        '<%= config.bin %> verify --certificate-identity-regexp "https://github.com/acme/.*" --certificate-oidc-issuer https://token.actions.githubusercontent.com ghcr.io/acme/app:v1',
    },
    {
      description: 'Fail in CI unless an SBOM is verified',
      command: '<%= config.bin %> verify --key cosign.pub --require sbom ghcr.io/acme/app:v1',
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
    'no-wrong': boolean({ summary: 'Exit with 5 if a signature is wrong, too', helpGroup: 'GATE' }),
    'max-signatures': integer({
      summary: 'Signatures to judge at most [default: 1000]',
      helpValue: 'N',
      min: 1,
    }),
    ...platformFlag,
    ...limitFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Verify);
    if (args.subject === undefined) throw new RemoraError('INVALID_ARGUMENT', 'SUBJECT is missing');
    const trust = { ...(await trustFrom(flags)), policy: await policyFrom(flags.policy) };
    const [{ verify }, { parseRequirement }] = await Promise.all([
      import('../operations/verify/verify.js'),
      import('../operations/discover/missing.js'),
    ]);
    const result = await verify(args.subject, {
      ...(await this.access(flags, args.subject)),
      ...trust,
      platform: flags.platform,
      require: flags.require?.map(parseRequirement),
      requireOn: flags['require-on'],
      noWrong: flags['no-wrong'],
      maxSignatures: flags['max-signatures'],
      partial: true,
    });
    this.#show(result);
    return result;
  }

  #show(result: VerifyResult): void {
    const screen = screenOf(this.stdout);
    this.printLines(() => verdictLines(result, screen));
    this.print(renderUnmet(result));
    this.print(summaryLine(result, screen.paint));
    for (const line of describeVerifiedOnIndex(result)) this.note(line);
    for (const note of verifyNotes(result, new Date())) this.note(note);
    process.exitCode = exitCodeOf(result);
  }
}

function exitCodeOf({ outcome, incomplete }: VerifyResult): number {
  if (outcome === 'incomplete') return exitCodeForIncomplete(incomplete.map(({ error }) => error));
  if (outcome === 'verified') return 0;
  return exitCodeFor({ code: outcome === 'unsigned' ? 'NO_MATCH' : 'NOT_VERIFIED' });
}
