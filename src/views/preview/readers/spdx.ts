import { assertedLicense, type Package, packageTable } from '../model/packages.js';
import type { Table } from '../model/preview.js';
import { facts, type Read, type Reader } from '../model/reader.js';
import { at, joined, listAt, textAt } from '../model/values.js';

/** SPDX 2 in JSON (2.3, JSON schema): all packages in one list. */
export const spdx: Reader = (document) => spdxOf('JSON', document);

/** A document with the members of SPDX 2, in whichever form they are written; undefined for any other. */
export function spdxOf(form: string, document: object): Read | undefined {
  const version = textAt(document, 'spdxVersion');
  const packages = at(document, 'packages');
  if (!/^SPDX-2\.\d{1,2}$/.test(version) || !Array.isArray(packages)) return undefined;
  return spdxRead(form, {
    version,
    name: textAt(document, 'name'),
    namespace: textAt(document, 'documentNamespace'),
    created: textAt(document, 'creationInfo', 'created'),
    creators: joined(listAt(document, 'creationInfo', 'creators').map((creator) => textAt(creator))),
    packages: packageTable(packages, packageOf),
  });
}

/** The facts of a document, in whichever form it is written. */
export interface SpdxDocument {
  readonly version: string;
  readonly name: string;
  readonly namespace: string;
  readonly created: string;
  readonly creators: string;
  readonly packages: Table;
}

/** The preview of a document of SPDX 2. */
export function spdxRead(form: string, document: SpdxDocument): Read {
  return {
    what: `an SPDX document (${form})`,
    parts: [
      ...facts('Document', [
        ['Name', document.name],
        ['Version', document.version],
        ['Created', document.created],
        ['Creators', document.creators],
        ['Namespace', document.namespace],
      ]),
      document.packages,
    ],
  };
}

function packageOf(one: unknown): Package {
  const purl = listAt(one, 'externalRefs').find((reference) => textAt(reference, 'referenceType') === 'purl');
  return {
    name: textAt(one, 'name'),
    version: textAt(one, 'versionInfo'),
    type: textAt(one, 'primaryPackagePurpose').toLowerCase(),
    purl: textAt(purl, 'referenceLocator'),
    license: assertedLicense(textAt(one, 'licenseConcluded'), textAt(one, 'licenseDeclared')),
    supplier: supplierName(textAt(one, 'supplier')) || supplierName(textAt(one, 'originator')),
  };
}

/** `Example` of `Organization: Example (mail@example.org)`, with its address. */
export function supplierName(supplier: string): string {
  return supplier === 'NOASSERTION' ? '' : supplier.replace(/^(?:Organization|Person|Tool): ?/, '');
}
