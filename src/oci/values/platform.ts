import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { given } from './given.js';

/** The platform of an image (image-spec image-index.md). The dotted names are literal JSON keys. */
export interface Platform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string | undefined;
  readonly 'os.features'?: readonly string[] | undefined;
  readonly variant?: string | undefined;
}

/** The text of a platform: `os[:version]/architecture[/variant]`, like `linux/arm64/v8`. */
export function formatPlatform(platform: Platform): string {
  const os = platform['os.version'] ? `${platform.os}:${platform['os.version']}` : platform.os;
  return [os, platform.architecture, platform.variant].filter((part) => part).join('/');
}

/**
 * Parses `os[:version]/architecture[/variant]`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  const colon = os.indexOf(':');
  const name = colon < 0 ? os : os.slice(0, colon);
  const version = colon < 0 ? undefined : os.slice(colon + 1);
  const words = [name, architecture, version, variant].filter((word) => word !== undefined);
  if (rest.length > 0 || !words.every((word) => /^[A-Za-z0-9_.-]+$/.test(word))) {
    throw new RemoraError('INVALID_ARGUMENT', `platform ${quote(text)} is not os/architecture[/variant]`, {
      found: text,
      hint: 'Write it like linux/arm64/v8',
    });
  }
  return given({ architecture, os: name, 'os.version': version, variant });
}

/** True when `offered` satisfies `wanted`. Fields that `wanted` leaves out match any value. */
export function matchesPlatform(wanted: Platform, offered: Platform): boolean {
  return (
    wanted.os === offered.os &&
    wanted.architecture === offered.architecture &&
    (wanted.variant === undefined || variantOf(wanted) === variantOf(offered)) &&
    (wanted['os.version'] === undefined || wanted['os.version'] === offered['os.version']) &&
    (wanted['os.features'] ?? []).every((feature) => offered['os.features']?.includes(feature))
  );
}

/** The variant of an architecture that is written without one. */
const IMPLIED_VARIANT: ReadonlyMap<string, string> = new Map([
  ['arm64', 'v8'],
  ['amd64', 'v1'],
  ['arm', 'v7'],
]);

function variantOf(platform: Platform): string | undefined {
  if (platform.variant) return platform.variant;
  return IMPLIED_VARIANT.get(platform.architecture);
}
