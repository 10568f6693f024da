import { execFileSync } from 'node:child_process';

/**
 * What Bun links, by its name in `process.versions`: title, and licence where a single one holds for all of it. The other
 * names there are versions that Bun is compatible with.
 */
const LINKED = {
  webkit: ['JavaScriptCore', 'LGPL-2.0-or-later'],
  boringssl: ['BoringSSL'],
  libarchive: ['libarchive'],
  mimalloc: ['mimalloc', 'MIT'],
  picohttpparser: ['picohttpparser', 'MIT'],
  uwebsockets: ['uWebSockets', 'Apache-2.0'],
  usockets: ['uSockets', 'Apache-2.0'],
  zlib: ['zlib-ng', 'Zlib'],
  zstd: ['zstd', 'BSD-3-Clause'],
  tinycc: ['TinyCC', 'LGPL-2.1-or-later'],
  lolhtml: ['lol-html', 'BSD-3-Clause'],
  ares: ['c-ares', 'MIT'],
  libdeflate: ['libdeflate', 'MIT'],
  lshpack: ['ls-hpack', 'MIT'],
  llhttp: ['llhttp', 'MIT'],
  icu: ['ICU', 'Unicode-3.0'],
  sqlite: ['SQLite', 'blessing'],
};

/**
 * The engine as a component of a CycloneDX document, with what it links.
 *
 * @param {string} bun path of the program
 * @param {string} version of its package
 * @param {string} purl of its package
 */
export function engineComponent(bun, version, purl) {
  const versions = JSON.parse(execFileSync(bun, ['--print', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }));
  if (versions.bun !== version) throw new Error(`${bun} is Bun ${versions.bun}, wanted ${version}`);
  return {
    type: 'platform',
    'bom-ref': purl,
    name: 'bun',
    version,
    description: 'Runtime of JavaScript',
    licenses: [{ license: { id: 'MIT' } }],
    purl,
    components: Object.entries(LINKED).map(([key, [name, licence]]) => {
      if (versions[key] === undefined) throw new Error(`Bun ${version} does not tell its ${key} any more`);
      return {
        type: 'library',
        'bom-ref': `${purl}#${key}`,
        name,
        version: versions[key],
        ...(licence === undefined ? {} : { licenses: [{ license: { id: licence } }] }),
      };
    }),
  };
}

/** A section for the texts of licences: Bun's package has none of its own. */
export function engineLicence(version) {
  return `
${'='.repeat(80)}
bun ${version} (MIT), in the executables alone

Copyright Oven and the contributors of Bun. Bun links JavaScriptCore, which is under the LGPL 2, and other libraries, under
licences of their own. Their list, their texts, and how Bun is linked anew with a changed JavaScriptCore:

  https://github.com/oven-sh/bun/blob/bun-v${version}/LICENSE.md

"npm run executable" in the sources of remora makes an executable with another Bun.
`;
}
