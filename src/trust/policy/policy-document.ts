import type * as z from 'zod';
import type { RemoraError, RemoraErrorOptions } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import { nearest } from './nearest.js';
import type { PolicyDocument } from './policy-schema.js';
import { membersAt, policySchema } from './policy-schema.js';
import { type Path, type PolicyText, readPolicyText, refusal } from './policy-text.js';

/** A policy that has the right form, and errors that say where it stands. */
export interface ReadPolicy {
  readonly document: PolicyDocument;
  /** The error for a part of it. */
  fail(path: Path, message: string, options?: RemoraErrorOptions): RemoraError;
}

/**
 * Reads the text of a policy file, or takes the value that such a file would have.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: for a text with line and column
 */
export function readPolicyDocument(source: string | Uint8Array | object, name: string): ReadPolicy {
  const text: PolicyText =
    typeof source === 'string' || source instanceof Uint8Array
      ? readPolicyText(source, name)
      : { value: source, place: () => undefined };
  requirePlainNames(text, name);
  const result = policySchema.safeParse(text.value, { error: messageOf, reportInput: true });
  const issue = tellingIssue(result.error?.issues ?? []);
  if (issue !== undefined) throw failure(issue, text, name);
  if (result.data === undefined) throw refusal(name, 'wanted a policy');
  return {
    document: result.data,
    fail: (path, message, options) => refusal(name, `${partAt(path)}${message}`, text.place(path), options),
  };
}

/** A record of zod drops this name without a word: a rule would be lost. */
function requirePlainNames({ value, place }: PolicyText, name: string): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [member, part] of Object.entries(value))
    if (typeof part === 'object' && part !== null && Object.hasOwn(part, '__proto__'))
      throw refusal(name, `${member}: wanted another name than __proto__`, place([member], '__proto__'));
}

/** The first issue; where a member is missing, the unknown one beside it says more: it is that one, misspelled. */
function tellingIssue(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined {
  const [first] = issues;
  if (first === undefined || first.input !== undefined) return first;
  const holder = JSON.stringify(first.path.slice(0, -1));
  return issues.find(({ code, path }) => code === 'unrecognized_keys' && JSON.stringify(path) === holder) ?? first;
}

function failure(issue: z.core.$ZodIssue, text: PolicyText, name: string): RemoraError {
  const { path } = issue;
  if (issue.code === 'invalid_key')
    return refusal(
      name,
      `${partAt(path.slice(0, -1))}${issue.issues[0]?.message ?? 'wanted another name'}, got ${quote(String(path.at(-1)))}`,
      text.place(path.slice(0, -1), String(path.at(-1))),
    );
  const [member] = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const candidates = member === undefined ? candidatesOf(issue) : membersAt(path);
  const wrong = member ?? (issue.code === 'custom' ? issue.params?.found : issue.input);
  const suggestion = typeof wrong === 'string' ? nearest(wrong, candidates) : undefined;
  const known = candidates.length === 0 ? undefined : `Known are ${candidates.join(', ')}`;
  const hint = suggestion === undefined ? known : `Write ${suggestion}`;
  const message = member === undefined ? issue.message : `unknown member ${quote(member)}`;
  return refusal(name, `${partAt(path)}${message}`, text.place(path, member), {
    ...given({ hint }),
    ...(candidates.length === 0 ? {} : { candidates }),
  });
}

function candidatesOf(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  const candidates: unknown = issue.code === 'custom' ? issue.params?.candidates : undefined;
  return Array.isArray(candidates) ? candidates.map(String) : [];
}

/** `rule "sbom": maxAge: `, as the beginning of a message. */
function partAt([part, name, ...rest]: Path): string {
  const nouns: Readonly<Record<string, string>> = { trust: 'trust', rules: 'rule' };
  const noun = nouns[String(part)];
  if (part === undefined) return '';
  if (noun === undefined || name === undefined) return `${String(part)}: `;
  const members = rest.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return `${noun} ${quote(String(name))}: ${members === '' ? '' : `${members.replace(/^\./, '')}: `}`;
}

function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type')
    return issue.input === undefined
      ? 'it is missing'
      : `wanted ${NOUNS[issue.expected] ?? issue.expected}, got ${kindOf(issue.input)}`;
  if (issue.code === 'invalid_value')
    return issue.input === undefined
      ? 'it is missing'
      : `wanted ${issue.values.map(String).join(' or ')}, got ${kindOf(issue.input)}`;
  if (issue.code === 'too_small') return `wanted ${issue.minimum} or more`;
  if (issue.code === 'too_big') return `wanted ${issue.maximum} at most`;
  return undefined;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a text or a list of texts',
  object: 'members',
  record: 'members',
};

function kindOf(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'a list' : `an ${typeof value}`;
}
