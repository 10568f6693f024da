// Writes the trusted root of Sigstore's public instance into `src`, from the package that keeps it. The build does so, and
// `node .ci/build/trusted-root.js` by itself.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const MIRROR = 'https://tuf-repo-cdn.sigstore.dev';
const FILE = fileURLToPath(new URL('../../src/trust/sigstore/public-good-root.ts', import.meta.url));

/** Writes the module, unless it is there as it must be. */
export function writeTrustedRoot() {
  const text = trustedRootModule();
  if (readFileSync(FILE, 'utf8') !== text) writeFileSync(FILE, text);
}

/** The text of the module in `src`. A test compares it with the file. */
export function trustedRootModule() {
  const text = JSON.stringify(JSON.parse(decode(seeds().targets['trusted_root.json'])));
  return `/** The trusted root of Sigstore's public instance. \`.ci/build/trusted-root.js\` writes this file. */
export const PUBLIC_GOOD_ROOT =
  '${text}';

/** The day on which it was the newest: the keys of its repository were signed then. */
export const PUBLIC_GOOD_DATE = '${trustedRootDate()}';
`;
}

/** Root metadata names its end and how many days it lasts: it was signed that long before. */
export function trustedRootDate() {
  const { expires, 'x-tuf-on-ci-expiry-period': days } = JSON.parse(decode(seeds()['root.json'])).signed;
  const date = new Date(expires);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

function seeds() {
  return JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@sigstore/tuf/seeds.json'), 'utf8'))[MIRROR];
}

/** @param {string} base64 */
function decode(base64) {
  return Buffer.from(base64, 'base64').toString('utf8');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeTrustedRoot();
