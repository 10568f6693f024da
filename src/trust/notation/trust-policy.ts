import * as z from 'zod/mini';
import { isRemoraError, RemoraError } from '../../errors.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { quote } from '../../oci/text/quote.js';
import type { NotationPolicy } from '../values/trust.js';
import { isPartOf, parseName } from './distinguished-name.js';

const action = z.enum(['enforce', 'log', 'skip']);
const override = z.strictObject({
  integrity: z.optional(action),
  authenticity: z.optional(action),
  authenticTimestamp: z.optional(action),
  expiry: z.optional(action),
  revocation: z.optional(action),
});

const statement = z.strictObject({
  name: z.string().check(z.minLength(1)),
  registryScopes: z.array(z.string()).check(z.minLength(1)),
  signatureVerification: z.strictObject({
    level: z.enum(['strict', 'permissive', 'audit', 'skip']),
    override: z.optional(override),
    verifyTimestamp: z.optional(z.enum(['', 'always', 'afterCertExpiry'])),
  }),
  trustStores: z.optional(z.array(z.string())),
  trustedIdentities: z.optional(z.array(z.string())),
});

const document = z.strictObject({
  version: z.literal('1.0'),
  trustPolicies: z.array(statement).check(z.minLength(1)),
});

type Statement = z.infer<typeof statement>;

/**
 * Reads a trust policy as notation keeps it in `trustpolicy.oci.json`, before in `trustpolicy.json`
 * (trust-store-trust-policy.md, "Trust Policy").
 *
 * @param policy the text of the file, or what it says
 * @throws RemoraError `INVALID_ARGUMENT`, also for the levels audit and skip: they verify nothing
 */
export function readTrustPolicy(policy: unknown, what = 'trust policy'): readonly NotationPolicy[] {
  const { trustPolicies } = shaped(policy, what);
  const policies = trustPolicies.map((one) => policyOf(one, `policy ${quote(one.name)} of ${what}`));
  refuseTwice(
    policies.map(({ name }) => name),
    (name) => `${what} has two policies of the name ${name}`,
  );
  refuseTwice(
    policies.flatMap(({ registryScopes }) => registryScopes),
    (scope) => `${what} has the scope ${scope} twice, wanted one policy for each scope`,
  );
  return policies;
}

function shaped(policy: unknown, what: string): z.infer<typeof document> {
  try {
    return checkShape(document, isText(policy) ? parseJson(Buffer.from(policy), what) : policy, what);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    const hint = "Write it as notation's trustpolicy.oci.json";
    throw new RemoraError('INVALID_ARGUMENT', error.message, { cause: error, hint });
  }
}

function isText(policy: unknown): policy is string | Uint8Array {
  return typeof policy === 'string' || policy instanceof Uint8Array;
}

function policyOf(one: Statement, what: string): NotationPolicy {
  const { level, override = {}, verifyTimestamp = '' } = one.signatureVerification;
  if (level === 'audit' || level === 'skip') throw verifiesNothing(`${what} has the level ${level}`);
  if (override.authenticity !== undefined && override.authenticity !== 'enforce') {
    throw verifiesNothing(`${what} overrides authenticity with ${override.authenticity}`);
  }
  if (override.integrity !== undefined) throw invalid(`${what} overrides integrity, which is always enforced`);
  const { trustStores = [], trustedIdentities = [] } = one;
  checkScopes(one.registryScopes, what);
  checkStores(trustStores, what);
  checkIdentities(trustedIdentities, what);
  const enforces = (type: 'authenticTimestamp' | 'expiry') => {
    const wanted = override[type] ?? (level === 'strict' ? 'enforce' : 'log');
    if (wanted === 'skip') throw invalid(`${what} overrides ${type} with skip, wanted enforce or log`);
    return wanted === 'enforce';
  };
  return {
    name: one.name,
    registryScopes: one.registryScopes,
    level,
    enforces: { authenticTimestamp: enforces('authenticTimestamp'), expiry: enforces('expiry') },
    verifyTimestamp: verifyTimestamp === 'afterCertExpiry' ? verifyTimestamp : 'always',
    trustStores,
    trustedIdentities,
  };
}

const DOMAIN =
  /^(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*(?::\d+)?$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

function checkScopes(scopes: readonly string[], what: string): void {
  for (const scope of scopes) {
    if (scope === '*' && scopes.length > 1) throw invalid(`${what} has the scope * beside others, wanted it alone`);
    const slash = scope.indexOf('/');
    const isRepository = DOMAIN.test(scope.slice(0, Math.max(slash, 0))) && REPOSITORY.test(scope.slice(slash + 1));
    if (scope !== '*' && !isRepository) {
      throw invalid(`${what} has the scope ${quote(scope)}, wanted HOST/REPOSITORY without a tag, or *`);
    }
  }
}

/** `TYPE:NAME`, where the name is a folder of the trust store. */
export const STORE = /^(?:ca|signingAuthority|tsa):(?!\.{1,2}$)[A-Za-z0-9_.-]+$/;

function checkStores(stores: readonly string[], what: string): void {
  const odd = stores.find((store) => !STORE.test(store));
  if (odd !== undefined) {
    throw invalid(`${what} has the trust store ${quote(odd)}, wanted ca:NAME, signingAuthority:NAME or tsa:NAME`);
  }
  if (stores.every((store) => store.startsWith('tsa:'))) {
    throw invalid(`${what} names no trust store of type ca or signingAuthority`);
  }
}

const PREFIX = 'x509.subject:';

function checkIdentities(identities: readonly string[], what: string): void {
  if (identities.length === 0) throw invalid(`${what} names no trustedIdentities`);
  if (identities.length === 1 && identities[0] === '*') return;
  const names = identities.map((identity) => {
    if (identity === '*') throw invalid(`${what} has the identity * beside others, wanted it alone`);
    if (!identity.startsWith(PREFIX)) {
      throw invalid(`${what} has the identity ${quote(identity)}, wanted ${PREFIX} and a distinguished name`);
    }
    return { identity, name: parseName(identity.slice(PREFIX.length), `identity ${quote(identity)} of ${what}`) };
  });
  for (const [place, { identity, name }] of names.entries()) {
    const other = names.find((one, at) => at !== place && isPartOf(name, one.name));
    if (other !== undefined) {
      throw invalid(
        `${what} has identities that overlap: ${quote(identity)} fits all that ${quote(other.identity)} fits`,
      );
    }
  }
}

function refuseTwice(texts: readonly string[], message: (text: string) => string): void {
  const twice = texts.find((text, place) => texts.indexOf(text) !== place);
  if (twice !== undefined) throw invalid(message(quote(twice)));
}

function verifiesNothing(message: string): RemoraError {
  const hint = 'Use the level strict or permissive';
  return new RemoraError('INVALID_ARGUMENT', `${message}, which takes signatures by anybody`, { hint });
}

function invalid(message: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', message);
}
