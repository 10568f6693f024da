import { toUtc } from './date.js';
import { plainDocument, type Recognised } from './recognised.js';

/** The tags with which a document opens, in the order of the specification or in another (SPDX 2.3, §6). */
const OPENING_TAG = /^(SPDXVersion|DataLicense|SPDXID|DocumentName|DocumentNamespace): *(.+)$/;

/**
 * SPDX in tags and values. The first two lines that are not comments must be tags of the document, and one is its
 * version: a text that quotes them further down is not recognised.
 */
export function spdxTagValue(text: string): Recognised | undefined {
  const opening: RegExpExecArray[] = [];
  for (const line of linesOf(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const tag = OPENING_TAG.exec(line.trimEnd());
    if (tag === null || opening.push(tag) === 5) break;
  }
  const version = opening.find(([, name]) => name === 'SPDXVersion')?.[2];
  if (opening.length < 2 || !/^SPDX-[12]\.\d{1,2}$/.test(version ?? '')) return undefined;
  const created = toUtc(/^Created: *(\S{1,40})\s*$/m.exec(text)?.[1]);
  return plainDocument('text/spdx', 'sbom', 'an SPDX document (tag-value)', { format: 'spdx', created });
}

/**
 * SPDX 2 in YAML, with its marks as names of the outermost mapping. Two marks of three are enough, since a sorted mapping
 * has the version last. A line of another form, as in prose or a list, ends the search.
 */
export function spdxYaml(text: string): Recognised | undefined {
  const marks = new Set<string>();
  let inCreationInfo = false;
  let created: string | undefined;
  for (const line of linesOf(text)) {
    if (/^(\s*$|#|---|%YAML)/.test(line)) continue;
    if (/^[\s-]/.test(line)) {
      if (inCreationInfo) created ??= /^ +["']?created["']?: +["']?([^"'\s]{1,40})/.exec(line)?.[1];
      continue;
    }
    const [, name = '', value = ''] = /^["']?([A-Za-z$][\w-]*)["']?:(?: +["']?([^"'#]*))?/.exec(line) ?? [];
    if (name === '') break;
    inCreationInfo = name === 'creationInfo';
    if (name === 'spdxVersion' && /^SPDX-2\.\d{1,2}\s*$/.test(value)) marks.add(name);
    if (name === 'SPDXID' && value.trimEnd() === 'SPDXRef-DOCUMENT') marks.add(name);
    if (name === 'dataLicense' && value.trimEnd() === 'CC0-1.0') marks.add(name);
  }
  if (marks.size < 2) return undefined;
  return plainDocument('application/spdx+yaml', 'sbom', 'an SPDX document (YAML)', {
    format: 'spdx',
    created: toUtc(created),
  });
}

/** Certificates in PEM (RFC 7468 §5.1), and nothing else: whoever keeps a key in the same file should hear no other name. */
export function pemCertificates(text: string): Recognised | undefined {
  const labels = [...text.matchAll(/^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?$/gm)];
  if (labels.some(([, label]) => label !== 'CERTIFICATE')) return undefined;
  if (!/^-----BEGIN CERTIFICATE-----\r?\nMI[A-Za-z0-9+/]/.test(text)) return undefined;
  const what = labels.length === 1 ? 'a certificate (PEM)' : 'certificates (PEM)';
  return plainDocument('application/pem-certificate-chain', 'certificate', what);
}

/** Lines without holding them all: a text may be one of a million. */
function* linesOf(text: string): Generator<string> {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\n', at);
    yield text.slice(at, end < 0 ? text.length : end).replace(/\r$/, '');
    at = end < 0 ? text.length : end + 1;
  }
}
