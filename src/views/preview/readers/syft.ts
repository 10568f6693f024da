import { assertedLicense, type Package, packageTable } from '../model/packages.js';
import { facts, type Reader } from '../model/reader.js';
import { firstText, joined, listAt, textAt } from '../model/values.js';

/** Syft's own JSON, which names itself in its descriptor. */
export const syft: Reader = (document) => {
  if (textAt(document, 'descriptor', 'name') !== 'syft' || !Array.isArray(document.artifacts)) return undefined;
  return {
    what: 'a Syft document (JSON)',
    parts: [
      ...facts('Document', [
        ['About', firstText(textAt(document, 'source', 'metadata', 'userInput'), textAt(document, 'source', 'name'))],
        ['Distribution', firstText(textAt(document, 'distro', 'prettyName'), textAt(document, 'distro', 'name'))],
        ['Created', textAt(document, 'descriptor', 'timestamp')],
        ['Syft', textAt(document, 'descriptor', 'version')],
        ['Schema', textAt(document, 'schema', 'version')],
      ]),
      packageTable(document.artifacts, packageOf),
    ],
  };
};

function packageOf(one: unknown): Package {
  return {
    name: textAt(one, 'name'),
    version: textAt(one, 'version'),
    type: textAt(one, 'type'),
    purl: textAt(one, 'purl'),
    license: joined(listAt(one, 'licenses').map(licenseOf)),
    supplier: firstText(textAt(one, 'metadata', 'vendor'), textAt(one, 'metadata', 'maintainer')),
  };
}

/** A text until schema 7, an object since. */
function licenseOf(license: unknown): string {
  return assertedLicense(textAt(license), textAt(license, 'spdxExpression'), textAt(license, 'value'));
}
