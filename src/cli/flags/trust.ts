import { boolean, string } from '@oclif/core/flags';
import { RemoraError } from '../../errors.js';
import type { TrustFiles } from '../../operations/verify/read-trust.js';
import type { TrustOptions, VerifyOptions } from '../../operations/verify/verify.js';

/** Flags that give trust, named as cosign and notation name them; {@link trustFrom} turns them into options. */
export const trustFlags = {
  key: string({
    summary: 'Public key or certificate; repeatable',
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'TRUST',
  }),
  'certificate-identity': string({
    summary: 'Whole identity of a Sigstore signer',
    helpValue: 'TEXT',
    helpGroup: 'TRUST',
  }),
  'certificate-identity-regexp': string({
    summary: 'Expression for the whole identity',
    helpValue: 'REGEXP',
    helpGroup: 'TRUST',
  }),
  'certificate-oidc-issuer': string({
    summary: 'Whole issuer of that identity',
    helpValue: 'URL',
    helpGroup: 'TRUST',
  }),
  'certificate-oidc-issuer-regexp': string({
    summary: 'Expression for the whole issuer',
    helpValue: 'REGEXP',
    helpGroup: 'TRUST',
  }),
  'trusted-root': string({
    summary: 'Root of Sigstore [default: shipped]',
    helpValue: 'FILE',
    helpGroup: 'TRUST',
  }),
  'trust-policy': string({
    summary: 'Trust policy of notation',
    helpValue: 'FILE',
    helpGroup: 'TRUST',
  }),
  'trust-store': string({
    summary: 'Trust store of notation',
    helpValue: 'DIR',
    helpGroup: 'TRUST',
  }),
  'require-log': boolean({
    summary: 'Refuse a key without a log entry',
    helpGroup: 'TRUST',
  }),
};

/** A policy has its own trusts, beside commands that take some by flags. */
export const policyFlag = {
  policy: string({
    summary: 'Trusts and rules, YAML or JSON',
    helpValue: 'FILE',
    exclusive: Object.keys(trustFlags).filter((name) => name !== 'require-log'),
    helpGroup: 'TRUST',
  }),
};

/** The values of {@link trustFlags}. */
export interface TrustFlags {
  readonly key?: readonly string[] | undefined;
  readonly 'certificate-identity'?: string | undefined;
  readonly 'certificate-identity-regexp'?: string | undefined;
  readonly 'certificate-oidc-issuer'?: string | undefined;
  readonly 'certificate-oidc-issuer-regexp'?: string | undefined;
  readonly 'trusted-root'?: string | undefined;
  readonly 'trust-policy'?: string | undefined;
  readonly 'trust-store'?: string | undefined;
  readonly 'require-log'?: boolean | undefined;
}

/**
 * Reads the files that the flags name.
 *
 * @returns options without `trust` where no flag gives any
 * @throws RemoraError `INVALID_ARGUMENT`: flags that lack each other, an expression or a file that cannot be used
 */
export async function trustFrom(flags: TrustFlags): Promise<TrustOptions> {
  const files = trustFilesOf(flags);
  const { readTrust } = await import('../../operations/verify/read-trust.js');
  return readTrust(files);
}

/** Reads the policy that a flag names. @throws RemoraError `INVALID_ARGUMENT`, with line and column */
export async function policyFrom(file: string | undefined): Promise<VerifyOptions['policy']> {
  if (file === undefined) return undefined;
  const { readPolicy } = await import('../../operations/verify/policy-file.js');
  return readPolicy(file);
}

/** The files and values that the flags name, before a file is read. */
export function trustFilesOf(flags: TrustFlags): TrustFiles {
  const { 'certificate-identity': identity, 'certificate-identity-regexp': identityRegexp } = flags;
  const { 'certificate-oidc-issuer': issuer, 'certificate-oidc-issuer-regexp': issuerRegexp } = flags;
  const { 'trust-policy': policy, 'trust-store': store } = flags;
  const [who, where] = [identity ?? identityRegexp, issuer ?? issuerRegexp];
  requireBoth(['--certificate-identity', who], ['--certificate-oidc-issuer', where]);
  requireBoth(['--trust-policy', policy], ['--trust-store', store]);
  return {
    keys: flags.key,
    identity: who === undefined ? undefined : { identity, identityRegexp, issuer, issuerRegexp },
    trustedRoot: flags['trusted-root'],
    notation: policy !== undefined && store !== undefined ? { policy, store } : undefined,
    requireLog: flags['require-log'],
  };
}

function requireBoth(...pair: readonly [readonly [string, unknown], readonly [string, unknown]]): void {
  const missing = pair.find(([, value]) => value === undefined);
  const given = pair.find(([, value]) => value !== undefined);
  if (missing === undefined || given === undefined) return;
  throw new RemoraError('INVALID_ARGUMENT', `${given[0]} is given without ${missing[0]}, wanted both`, {
    hint: `Give ${missing[0]} as well`,
  });
}
