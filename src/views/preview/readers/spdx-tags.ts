import { assertedLicense, type Package, packageTable } from '../model/packages.js';
import type { Read } from '../model/reader.js';
import { joined } from '../model/values.js';
import { spdxRead, supplierName } from './spdx.js';

/** SPDX 2 in tags and values (2.3, annex H). */
export function spdxTags(text: string): Read {
  const head = headOf(text);
  const first = (name: string) => head.find(([tag]) => tag === name)?.[1] ?? '';
  return spdxRead('tag-value', {
    version: first('SPDXVersion'),
    name: first('DocumentName'),
    namespace: first('DocumentNamespace'),
    created: first('Created'),
    creators: joined(head.flatMap(([tag, value]) => (tag === 'Creator' ? [value] : []))),
    packages: packageTable(packagesOf(text), (one) => one),
  });
}

type Tag = readonly [name: string, value: string];

/** The tags before the first package. */
function headOf(text: string): readonly Tag[] {
  const head: Tag[] = [];
  for (const tag of tagsOf(text)) {
    if (tag[0] === 'PackageName' || head.length > 100) break;
    head.push(tag);
  }
  return head;
}

function* packagesOf(text: string): Generator<Package> {
  let tags: Map<string, string> | undefined;
  for (const [name, value] of tagsOf(text)) {
    if (name === 'PackageName') {
      if (tags !== undefined) yield packageOf(tags);
      tags = new Map();
    }
    const purl = name === 'ExternalRef' ? /^\S{1,40} purl (\S+)/.exec(value)?.[1] : undefined;
    if (purl !== undefined) tags?.set('purl', purl);
    else if (name.startsWith('Pack') || name === 'PrimaryPackagePurpose') tags?.set(name, value);
  }
  if (tags !== undefined) yield packageOf(tags);
}

function packageOf(tags: ReadonlyMap<string, string>): Package {
  const of = (name: string) => tags.get(name) ?? '';
  return {
    name: of('PackageName'),
    version: of('PackageVersion'),
    type: of('PrimaryPackagePurpose').toLowerCase(),
    purl: of('purl'),
    license: assertedLicense(of('PackageLicenseConcluded'), of('PackageLicenseDeclared')),
    supplier: supplierName(of('PackageSupplier')) || supplierName(of('PackageOriginator')),
  };
}

/** Tags with their values; of a value of several lines, the first. */
function* tagsOf(text: string): Generator<Tag> {
  let isWithin = false;
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    const line = text.slice(at, end).trimEnd();
    at = end + 1;
    if (isWithin) {
      isWithin = !line.includes('</text>');
      continue;
    }
    const [all, name = ''] = /^([A-Za-z]{1,40}):[ \t]*/.exec(line) ?? [];
    if (all === undefined) continue;
    const value = line.slice(all.length);
    isWithin = value.startsWith('<text>') && !value.includes('</text>');
    yield [name, value.replace(/^<text>/, '').replace(/<\/text>$/, '')];
  }
}
