import { toUtc } from './date.js';
import { plainDocument, type Recognised } from './recognised.js';

/** The date stands in the first 4000 characters of what is said about the creation. */
const MAX_CREATION_INFO = 4000;

interface Root {
  readonly local: string;
  readonly namespace: string;
  /** Prefixes of namespaces; the default one is empty. */
  readonly prefixes: ReadonlyMap<string, string>;
}

/** CycloneDX or SPDX in XML, told by the outermost element and its namespaces. */
export function xmlDocument(text: string): Recognised | undefined {
  const root = readRoot(text);
  if (root === undefined) return undefined;
  return cyclonedxXml(root, text) ?? spdxRdf(root, text) ?? spdxXml(root, text);
}

/** CycloneDX (its XML schema): the date is the first thing in the metadata. */
function cyclonedxXml(root: Root, text: string): Recognised | undefined {
  if (root.local !== 'bom' || !/^https?:\/\/cyclonedx\.org\/schema\/bom\/\d\.\d{1,2}$/.test(root.namespace))
    return undefined;
  const date = /<(?:[\w.-]{1,40}:)?metadata>\s*<(?:[\w.-]{1,40}:)?timestamp>\s*([^<\s]{1,40})\s*</.exec(text)?.[1];
  return plainDocument('application/vnd.cyclonedx+xml', 'sbom', 'a CycloneDX document (XML)', {
    format: 'cyclonedx',
    created: toUtc(date),
  });
}

/** SPDX 2 in RDF/XML. SPDX's list of licenses has the same namespaces, but no document in it. */
function spdxRdf(root: Root, text: string): Recognised | undefined {
  if (root.local !== 'RDF' || root.namespace !== 'http://www.w3.org/1999/02/22-rdf-syntax-ns#') return undefined;
  for (const [prefix, namespace] of root.prefixes) {
    if (namespace !== 'http://spdx.org/rdf/terms#') continue;
    const tag = prefix === '' ? '' : `${prefix}:`;
    if (!text.includes(`<${tag}SpdxDocument `) && !text.includes(`<${tag}SpdxDocument>`)) continue;
    const at = text.indexOf(`<${tag}created>`);
    const date = at < 0 ? '' : text.slice(at + tag.length + 9, at + tag.length + 60).split('<', 1)[0];
    return plainDocument('application/spdx+rdf', 'sbom', 'an SPDX document (RDF/XML)', {
      format: 'spdx',
      created: toUtc(date?.trim()),
    });
  }
  return undefined;
}

/** SPDX 2 in XML, as its tools write it: names of the JSON as elements, without a namespace. Two marks of three are enough. */
function spdxXml(root: Root, text: string): Recognised | undefined {
  if (root.local !== 'Document' || root.namespace !== '') return undefined;
  const marks = [
    /<spdxVersion>\s*SPDX-2\.\d{1,2}\s*<\/spdxVersion>/,
    /<SPDXID>\s*SPDXRef-DOCUMENT\s*<\/SPDXID>/,
    /<dataLicense>\s*CC0-1\.0\s*<\/dataLicense>/,
  ];
  if (marks.filter((mark) => mark.test(text)).length < 2) return undefined;
  const start = text.indexOf('<creationInfo>');
  const end = text.indexOf('</creationInfo>', start);
  const info = start < 0 ? '' : text.slice(start, Math.min(end < 0 ? text.length : end, start + MAX_CREATION_INFO));
  const created = toUtc(/<created>\s*([^<\s]{1,40})\s*</.exec(info)?.[1]);
  return plainDocument('application/spdx+xml', 'sbom', 'an SPDX document (XML)', { format: 'spdx', created });
}

/** Where the outermost element begins: behind white space, the declaration and comments. */
function startOfRoot(text: string): number {
  for (let at = 0; ; ) {
    while (/\s/.test(text.charAt(at))) at += 1;
    const end = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?', at) ? '?>' : undefined;
    if (end === undefined) return at;
    const found = text.indexOf(end, at + 2);
    if (found < 0) return text.length;
    at = found + end.length;
  }
}

/** The outermost element. A document type of its own is nothing that these have. */
function readRoot(text: string): Root | undefined {
  const at = startOfRoot(text);
  const name = /<(?:([A-Za-z_][\w.-]*):)?([A-Za-z_][\w.-]*)/y;
  name.lastIndex = at;
  const [, ownPrefix = '', local = ''] = name.exec(text) ?? [];
  if (local === '') return undefined;
  const prefixes = new Map<string, string>();
  const attribute = /\s+([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
  attribute.lastIndex = name.lastIndex;
  for (let match = attribute.exec(text); match !== null; match = attribute.exec(text)) {
    const [, key = '', double, single = ''] = match;
    if (key === 'xmlns' || key.startsWith('xmlns:')) prefixes.set(key.slice(6), double ?? single);
  }
  return { local, namespace: prefixes.get(ownPrefix) ?? '', prefixes };
}
