import { type Platform, parsePlatform } from '../../oci/values/platform.js';

/** Parses the platform of an option, like `linux/arm64`; a parsed one is returned as it is. */
export function platformOf(platform: string | Platform | undefined): Platform | undefined {
  return typeof platform === 'string' ? parsePlatform(platform) : platform;
}
