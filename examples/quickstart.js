// The main job on real input: remora itself as an image in a layout, its SBOMs and its license attached to it,
// listed, and one of them fetched again by its type. `npm run quickstart` installs and builds first.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildIndex, buildManifest, describe, digestOf, MediaType } from 'remora/oci';
import { openStore, parsePlace } from 'remora/store';

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
rmSync('quickstart', { recursive: true, force: true });
mkdirSync('quickstart');

say('Making an image of remora itself in a layout, with the library');
const image = await makeImage('oci:./quickstart/layout:v1');
say(`  ${image}`);

say('Writing its SBOMs with npm');
for (const [format, file] of /** @type {const} */ ([
  ['spdx', 'sbom.spdx.json'],
  ['cyclonedx', 'sbom.cdx.json'],
])) {
  const sbom = execFileSync('npm', ['sbom', '--omit=dev', `--sbom-format=${format}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  writeFileSync(join('quickstart', file), sbom);
  say(`  quickstart/${file}, ${sbom.length} characters`);
}

remora('attach', '--artifact-type', 'application/spdx+json', 'oci:./quickstart/layout:v1', 'quickstart/sbom.spdx.json');
remora(
  'attach',
  '--artifact-type',
  'application/vnd.cyclonedx+json',
  'oci:./quickstart/layout:v1',
  'quickstart/sbom.cdx.json',
);
remora('attach', '--artifact-type', 'text/vnd.license', 'oci:./quickstart/layout:v1', 'LICENSE:text/plain');
remora('discover', 'oci:./quickstart/layout:v1');
remora('pull', '--artifact-type', 'application/spdx+json', '-o', 'quickstart/fetched', 'oci:./quickstart/layout:v1');

const sent = readFileSync('quickstart/sbom.spdx.json');
const fetched = readFileSync('quickstart/fetched/quickstart/sbom.spdx.json');
if (!sent.equals(fetched)) throw new Error('the SBOM that was fetched is not the one that was attached');
say(`The fetched SBOM is the attached one, byte for byte (${sent.length} bytes)`);

say(`
Type next, in this directory:

  npx remora inspect --platform linux/arm64 oci:./quickstart/layout:v1
  npx remora discover --format table oci:./quickstart/layout:v1
  npx remora pull --stdout --artifact-type text/vnd.license oci:./quickstart/layout:v1
  npx remora --help
`);

/**
 * One layer with the compiled files, a config and a manifest for each of two platforms, and an index.
 *
 * @param {string} text
 */
async function makeImage(text) {
  const place = parsePlace(text);
  const store = await openStore(place, { create: true });
  const compiled = execFileSync('tar', ['-cz', 'dist'], { maxBuffer: 1 << 28 });
  const layer = describe(MediaType.imageLayerGzip, compiled);
  await store.writeBlob(layer, async () => Readable.from([compiled]));
  const diffId = digestOf(gunzipSync(compiled));
  const manifests = [];
  for (const architecture of ['amd64', 'arm64']) {
    const config = Buffer.from(
      JSON.stringify({
        architecture,
        os: 'linux',
        config: { Entrypoint: ['node', '/dist/bin.js'], Labels: { 'org.opencontainers.image.title': 'remora' } },
        rootfs: { type: 'layers', diff_ids: [diffId] },
        history: [{ created_by: 'examples/quickstart.js' }],
      }),
    );
    const descriptor = describe(MediaType.imageConfig, config);
    await store.writeBlob(descriptor, async () => Readable.from([config]));
    const manifest = buildManifest({ config: descriptor, layers: [layer] });
    await store.putManifest(manifest, { child: true });
    manifests.push({ ...manifest.descriptor, platform: { os: 'linux', architecture } });
  }
  const index = buildIndex({ manifests });
  await store.putManifest(index, { tags: ['v1'] });
  await store.close();
  return store.format({ tag: 'v1', digest: index.descriptor.digest });
}

/** @param {string[]} args */
function remora(...args) {
  say(`\n$ remora ${args.join(' ')}`);
  execFileSync(process.execPath, ['dist/bin.js', ...args], { stdio: 'inherit' });
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
