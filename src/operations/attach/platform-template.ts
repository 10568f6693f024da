import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { formatPlatform, type Platform } from '../../oci/values/platform.js';

/** The placeholders of a path for each platform. */
export const PLATFORM_PLACEHOLDERS = ['os', 'arch', 'variant', 'os.version'] as const;
type Placeholder = (typeof PLATFORM_PLACEHOLDERS)[number];

/** Makes the path of a file for one platform. */
export type PlatformTemplate = (platform: Platform) => string;

type Part = { readonly text: string } | { readonly placeholder: Placeholder };

/** A value of an index becomes a part of a path on this machine. */
const HARMLESS = /^(?!\.+$)[A-Za-z0-9._-]+$/;

/**
 * Parses a path like `sbom-{os}-{arch}{variant}.spdx.json`. A placeholder is replaced by the platform's member as the
 * index has it, and by nothing where the platform lacks it.
 *
 * @returns a function that throws `MALFORMED` for a platform whose members could lead to another directory
 * @throws RemoraError `INVALID_ARGUMENT`: an unknown placeholder, an unpaired brace, or no placeholder at all
 */
export function parsePlatformTemplate(template: string): PlatformTemplate {
  const parts = template.split(/(\{[^{}]*\})/).map((part) => parsePart(part, template));
  if (!parts.some((part) => 'placeholder' in part))
    throw invalid(template, 'it has no placeholder, and names one file for all platforms', knownWords());
  return (platform) =>
    parts.map((part) => ('text' in part ? part.text : memberOf(part.placeholder, platform))).join('');
}

function parsePart(part: string, template: string): Part {
  if (!/^\{.*\}$/s.test(part)) {
    if (/[{}]/.test(part)) throw invalid(template, 'it has an unpaired brace', knownWords());
    return { text: part };
  }
  const placeholder = PLATFORM_PLACEHOLDERS.find((known) => `{${known}}` === part);
  if (placeholder === undefined) throw invalid(template, `unknown placeholder ${quote(part)}`, knownWords());
  return { placeholder };
}

function memberOf(placeholder: Placeholder, platform: Platform): string {
  const value = (placeholder === 'arch' ? platform.architecture : platform[placeholder]) ?? '';
  if (value === '' ? placeholder !== 'os' : HARMLESS.test(value)) return value;
  throw new RemoraError(
    'MALFORMED',
    `${placeholder} of platform ${quote(formatPlatform(platform))} is ${quote(value)}, which cannot be a part of a file's name`,
    { found: value, hint: 'Attach to each platform by its digest' },
  );
}

function knownWords(): string {
  return `Known are ${PLATFORM_PLACEHOLDERS.map((known) => `{${known}}`).join(', ')}; write it like sbom-{os}-{arch}{variant}.spdx.json`;
}

function invalid(template: string, fault: string, hint: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `template ${quote(template)} cannot be used: ${fault}`, {
    found: template,
    hint,
  });
}
