// Writes the trusted root of Sigstore's public instance into `src`, from the package that keeps it: `node .ci/build/trusted-root.js`.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const MIRROR = 'https://tuf-repo-cdn.sigstore.dev';

/** The module that `src` has of it. A test compares it with the file. */
export function trustedRootModule() {
  const seeds = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@sigstore/tuf/seeds.json'), 'utf8'));
  const { 'root.json': root, targets } = seeds[MIRROR];
  const text = JSON.stringify(JSON.parse(decode(targets['trusted_root.json'])));
  return `/** The trusted root of Sigstore's public instance. \`.ci/build/trusted-root.js\` writes this file. */
export const PUBLIC_GOOD_ROOT =
  '${text}';

/** The day on which it was surely the newest: from then on the repository's keys signed what it holds. */
export const PUBLIC_GOOD_DATE = '${dateOf(JSON.parse(decode(root)))}';
`;
}

function decode(base64) {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Root metadata names its end and how many days it lasts: it was signed that long before. */
function dateOf({ signed: { expires, 'x-tuf-on-ci-expiry-period': days } }) {
  const date = new Date(expires);
  date.setUTCDate(date.getUTCDate() - days);
  return date.toISOString().slice(0, 10);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../../src/trust/sigstore/public-good-root.ts', import.meta.url)), trustedRootModule());
}
