import { type Platform, parsePlatform } from '../../oci/values/platform.js';

/** The platform that an option names: `linux/arm64`, or parsed already. */
export function platformOf(platform: string | Platform | undefined): Platform | undefined {
  return typeof platform === 'string' ? parsePlatform(platform) : platform;
}
