import { isIndexType } from '../../oci/values/media-types.js';
import type { Signature, SignDryRunResult, SignResult } from '../../operations/sign/schema.js';
import type { MaybeSignOptions } from '../../operations/sign/sign-subjects.js';
import type { ConnectionFlags } from '../flags/connection.js';
import { fields, jsonText } from '../output/text.js';
import { BaseCommand } from './base-command.js';

/** The values of `signingFlags`. */
interface SigningFlags extends ConnectionFlags {
  readonly key: string;
  readonly 'key-password-file'?: string | undefined;
  readonly platform?: string | undefined;
  readonly recursive: boolean;
  readonly 'dry-run': boolean;
  readonly 'max-items'?: number | undefined;
  readonly 'referrers-in'?: string | undefined;
  readonly settle: boolean;
}

/** The base of sign and attest: they take the same flags and print the same result. */
export abstract class SigningCommand extends BaseCommand {
  protected async signingOptions(flags: SigningFlags, place: { readonly kind: string }): Promise<MaybeSignOptions> {
    const { createdFrom } = await import('../input/pack-arguments.js');
    return {
      ...(await this.signingKey(flags.key, flags['key-password-file'])),
      ...(await this.access(flags, place)),
      created: createdFrom(undefined, process.env.SOURCE_DATE_EPOCH),
      platform: flags.platform,
      recursive: flags.recursive,
      settle: flags.settle,
      dryRun: flags['dry-run'],
    };
  }

  /** @param verb `Signed` or `Attested` */
  protected printSigned(verb: string, result: SignResult | SignDryRunResult, recursive: boolean): object {
    if ('dryRun' in result) {
      this.print(jsonText(result.statement));
      const there = result.result === 'exists' ? 'this key has signed the statement already' : 'this would be signed';
      if (!this.jsonEnabled()) this.note(`dry run: nothing was written; ${there}`);
      return result;
    }
    this.print([result, ...(result.platforms ?? [])].map((signature) => signatureText(verb, signature)).join('\n\n'));
    if (!recursive && !this.jsonEnabled() && isIndexType(result.subject.mediaType))
      this.note('it is an index: --recursive signs each manifest below it, too, and --platform one of them alone');
    return result;
  }
}

function signatureText(verb: string, { reference, result, listedBy, predicateType, key, subject }: Signature): string {
  const there = result === 'exists' ? ' (was there already)' : '';
  return fields([
    [verb, subject.reference],
    ['Platform', subject.platform],
    [verb === 'Attested' ? 'Attestation' : 'Signature', `${reference}${there}`],
    ['Predicate', predicateType],
    ['Key', `sha256:${key}`],
    ['Listed by', listedBy],
  ]);
}
