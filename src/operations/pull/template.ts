import { RemoraError } from '../../errors.js';
import { checkName, nameFault } from '../../io/files/safe-path.js';
import { gitFault, hiddenPart } from '../../io/files/same-name.js';
import { quote } from '../../oci/text/quote.js';

/** The variables of a name template. */
export const TEMPLATE_VARIABLES = ['kind', 'format', 'platform', 'digest', 'title', 'ext', 'type'] as const;
type Variable = (typeof TEMPLATE_VARIABLES)[number];

/** The values for one file; an unknown value is written as `none`. */
export type TemplateValues = Readonly<Record<Exclude<Variable, 'digest'>, string | undefined>> & {
  /** Without its algorithm. */
  readonly digest: string;
};

/** Makes the name of a file. */
export interface NameTemplate {
  (values: TemplateValues): string;
  /** The template's own text makes a hidden name: its author wants one. */
  readonly isHidden: boolean;
}

type Part = { readonly text: string } | { readonly variable: Variable; readonly length?: number };

/**
 * Parses a template like `{kind}-{platform}-{digest:12}{ext}`. A `/` of the template makes a directory, a `/` of a value
 * does not: the author of the attachment wrote the values.
 *
 * @returns a function that throws `MALFORMED` for a name that is not safe
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseTemplate(template: string): NameTemplate {
  const parts = template.split(/(\{[^{}]*\})/).map((part) => parsePart(part, template));
  const plain = parts.map((part) => ('text' in part ? part.text : 'x')).join('');
  const fault = nameFault(plain) ?? gitFault(plain) ?? (plain.endsWith('/') ? 'it ends with a slash' : undefined);
  if (fault !== undefined) throw invalid(template, fault, 'Write it like {kind}-{digest:12}{ext}');
  const nameOf = (values: TemplateValues) => checkName(parts.map((part) => fill(part, values)).join(''));
  return Object.assign(nameOf, { isHidden: hiddenPart(plain) !== undefined });
}

function parsePart(part: string, template: string): Part {
  if (!/^\{.*\}$/s.test(part)) {
    if (/[{}]/.test(part)) throw invalid(template, 'it has an unpaired brace', 'Write it like {kind}{ext}');
    return { text: part };
  }
  const [, name = '', , digits] = /^\{([^:]*)(:(\d+))?\}$/.exec(part) ?? [];
  const variable = TEMPLATE_VARIABLES.find((known) => known === name);
  const length = digits === undefined ? undefined : Number(digits);
  const isLengthFine = length === undefined || (variable === 'digest' && length >= 4 && length <= 128);
  if (variable !== undefined && isLengthFine) return length === undefined ? { variable } : { variable, length };
  const known = TEMPLATE_VARIABLES.map((each) => `{${each}}`).join(', ');
  const fault =
    variable === undefined ? `unknown variable ${quote(part)}` : `${quote(part)} wants {digest:4} to {digest:128}`;
  throw invalid(template, fault, `Known are ${known} and {digest:N}`);
}

function fill(part: Part, values: TemplateValues): string {
  if ('text' in part) return part.text;
  const { variable, length } = part;
  if (variable === 'digest') return values.digest.slice(0, length ?? values.digest.length);
  const value = values[variable];
  if (variable === 'ext') return value ?? '';
  return value === undefined || value === '' ? 'none' : harmless(value);
}

/** Replaces characters of a value that separate paths or have a meaning for a shell. */
function harmless(value: string): string {
  return value.replace(/[^\p{L}\p{N}._+@=-]+|^\.+$/gu, '-');
}

function invalid(template: string, fault: string, hint: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `name template ${quote(template)} cannot be used: ${fault}`, {
    found: template,
    hint,
  });
}
