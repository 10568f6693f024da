import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages that are inside of what is published: a CycloneDX document and the texts of their licences. The same
 * input gives the same bytes: neither a time nor a number that differs each time is in it.
 *
 * @param {string[]} inputs paths of bundled files
 */
export function describeBundled(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = new Map();
  for (const folder of folders) {
    const { name, version, license, description, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    packages.set(`${name}@${version}`, { name, version, license, description, homepage, folder });
  }
  const sorted = [...packages.keys()].sort().map((key) => packages.get(key));
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  return { sbom: `${JSON.stringify(document(own, sorted), null, 2)}\n`, licences: sorted.map(licenceOf).join('\n') };
}

/** `…/node_modules/@scope/name` of a path in it. */
function packageFolder(path) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

function document(own, packages) {
  const root = component({ ...own, type: 'application' });
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: root },
    components: packages.map(component),
    dependencies: [
      { ref: root['bom-ref'], dependsOn: packages.map((each) => purl(each)) },
      ...packages.map((each) => ({ ref: purl(each) })),
    ],
  };
}

function component({ type = 'library', name, version, description, license }) {
  const [, scope, bare] = /^(?:(@[^/]+)\/)?(.*)$/.exec(name);
  return {
    type: type === 'application' ? type : 'library',
    'bom-ref': purl({ name, version }),
    ...(scope === undefined ? {} : { group: scope }),
    name: bare,
    version,
    ...(description === undefined ? {} : { description }),
    licenses: [/ (OR|AND|WITH) /.test(license) ? { expression: license } : { license: { id: license } }],
    purl: purl({ name, version }),
  };
}

function purl({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function licenceOf({ name, version, license, folder }) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0 && existsSync(join(folder, 'README.md'))) {
    const readme = readFileSync(join(folder, 'README.md'), 'utf8');
    texts.push(/^#+ *licen[cs]e\b[\s\S]*/im.exec(readme)?.[0].trim() ?? '');
  }
  return `${'='.repeat(80)}\n${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}
