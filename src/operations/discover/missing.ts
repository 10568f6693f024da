import { RemoraError } from '../../errors.js';
import { FORMATS, type Format, KINDS, type Kind } from '../../formats/kinds/kind.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { DiscoveredNode, DiscoverResult, MissingKind } from './schema.js';

/** A kind that must be attached, in the format if one is given. */
export interface Requirement {
  readonly kind: Kind;
  readonly format?: Format;
}

export const REQUIRE_ON = ['platforms', 'index', 'any'] as const;

/**
 * The subjects that must have a required kind. `platforms`: each platform of an index; `index`: the index; `any`: the
 * index or else each platform. A manifest that is not an index must have the kind itself.
 */
export type RequireOn = (typeof REQUIRE_ON)[number];

/**
 * Parses `KIND` or `KIND@FORMAT`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseRequirement(text: string): Requirement {
  const [name = '', suffix, ...rest] = text.split('@');
  const kind = KINDS.find((known) => known === name);
  const format = FORMATS.find((known) => known === suffix);
  if (kind === undefined || rest.length > 0 || (suffix !== undefined && format === undefined)) {
    const [part, known] = kind === undefined ? ['kind', KINDS] : ['format', FORMATS];
    throw new RemoraError('INVALID_ARGUMENT', `requirement ${quote(text)} has an unknown ${part}`, {
      found: text,
      candidates: known,
      hint: `Write KIND or KIND@FORMAT; known are ${known.join(', ')}`,
    });
  }
  return { kind, ...given({ format }) };
}

/**
 * The requirements that are not met. Only direct attachments count: a signature of the SBOM does not sign the image.
 * Signatures are not verified.
 */
export function missingKinds(
  result: DiscoverResult,
  requirements: readonly Requirement[],
  on: RequireOn = 'platforms',
): readonly MissingKind[] {
  const { platforms, digest, referrers } = result;
  const isIndex = platforms !== undefined && platforms.length > 0 && on !== 'index';
  const subjects = isIndex ? platforms : [{ digest, referrers }];
  return requirements.flatMap((requirement) => {
    const onIndex = isIndex && has(referrers, requirement);
    return subjects.flatMap((subject): readonly MissingKind[] => {
      if (has(subject.referrers, requirement) || (onIndex && on === 'any')) return [];
      const platform = 'platform' in subject ? subject.platform : undefined;
      return [{ ...requirement, digest: subject.digest, ...given({ platform, onIndex: onIndex || undefined }) }];
    });
  });
}

function has(nodes: readonly DiscoveredNode[], { kind, format }: Requirement): boolean {
  return nodes.some((node) => node.kind === kind && (format === undefined || node.formats?.includes(format)));
}
