import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { quote } from '../../oci/text/quote.js';
import { POLICY_ON } from './policy.js';
import { complaintOfScope } from './scope-pattern.js';
import { parseSpan } from './span.js';

const text = z.string().min(1, { error: 'wanted a text, got an empty one' });

/** A text alone is a list of one. */
const texts = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text).min(1, { error: 'wanted at least one' }).readonly(),
);

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'wanted a name of letters, digits, ".", "_" and "-", 64 at most',
});

const expression = text.refine(isExpression, { error: "wanted a regular expression in JavaScript's syntax" });

function isExpression(source: string): boolean {
  try {
    return new RegExp(source, 'u') instanceof RegExp;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return false;
  }
}

const trust = z
  .strictObject({
    key: text.exactOptional(),
    identity: text.exactOptional(),
    identityRegexp: expression.exactOptional(),
    issuer: text.exactOptional(),
    issuerRegexp: expression.exactOptional(),
    trustedRoot: text.exactOptional(),
    trustPolicy: text.exactOptional(),
    trustStore: text.exactOptional(),
  })
  .superRefine((given, context) => {
    const complaint = complaintOfTrust(Object.keys(given));
    if (complaint !== undefined) context.addIssue({ code: 'custom', message: complaint });
  });

const FORMS: readonly (readonly RegExp[])[] = [
  [/^key$/],
  [/^identity(Regexp)?$/, /^issuer(Regexp)?$/],
  [/^trustPolicy$/, /^trustStore$/],
];
const WANTED_FORMS = 'wanted key, or identity with issuer, or trustPolicy with trustStore';

/** Each trust is of one form, and has each member of it once. */
function complaintOfTrust(names: readonly string[]): string | undefined {
  const given = names.filter((one) => one !== 'trustedRoot');
  const form = FORMS.find((members) => members.some((member) => given.some((one) => member.test(one))));
  const isWhole = form?.every((member) => given.filter((one) => member.test(one)).length === 1);
  if (form === undefined || !isWhole || given.length !== form.length)
    return `${WANTED_FORMS}, got ${given.length === 0 ? 'none' : given.join(' and ')}`;
  if (names.length > given.length && !names.some((one) => one.startsWith('identity')))
    return 'trustedRoot belongs to an identity, and to the whole policy for keys';
  return undefined;
}

const rule = z
  .strictObject({
    scope: texts.pipe(
      z.array(
        z.string().superRefine((pattern, context) => {
          const complaint = complaintOfScope(pattern);
          if (complaint !== undefined) context.addIssue({ code: 'custom', message: complaint });
        }),
      ),
    ),
    kind: z.enum(KINDS).exactOptional(),
    format: z.enum(FORMATS).exactOptional(),
    predicateType: text.exactOptional(),
    on: z.enum(POLICY_ON).default('any'),
    by: texts,
    count: z.int().min(1).max(100).default(1),
    maxAge: z
      .string()
      .transform((span, context) => {
        const parsed = parseSpan(span);
        if (parsed === undefined)
          context.addIssue({ code: 'custom', message: `wanted a span like 30d or 12h, got ${quote(span)}` });
        return parsed ?? z.NEVER;
      })
      .exactOptional(),
  })
  .refine(({ kind, predicateType }) => kind !== undefined || predicateType !== undefined, {
    error: 'wanted kind or predicateType, got neither',
  });

/** The schema of a policy file. */
export const policySchema = z
  .strictObject({
    version: z.literal(1),
    trustedRoot: text.exactOptional(),
    requireLog: z.boolean().exactOptional(),
    trust: z.record(name, trust),
    rules: z.record(name, rule),
  })
  .superRefine(({ trust: trusts, rules }, context) => {
    if (Object.keys(rules).length === 0)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'wanted at least one rule' });
    for (const [ruleName, { by }] of Object.entries(rules))
      for (const [at, one] of by.entries())
        if (!Object.hasOwn(trusts, one))
          context.addIssue({
            code: 'custom',
            path: ['rules', ruleName, 'by', at],
            message: `wanted the name of a trust, got ${quote(one)}`,
            params: { found: one, candidates: Object.keys(trusts) },
          });
  });

/** A policy as its file says it. */
export type PolicyDocument = z.output<typeof policySchema>;
/** A trust as a policy file says it. */
export type TrustDocument = z.output<typeof trust>;

/** The members that a policy file may have at a path. */
export function membersAt(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(policySchema.shape);
  return Object.keys(path[0] === 'trust' ? trust.shape : rule.shape);
}
