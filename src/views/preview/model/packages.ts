import type { Table } from './preview.js';
import { cell, columns, table } from './table.js';
import { firstText } from './values.js';

/** A package of a bill of materials; texts are empty where it says nothing. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly purl: string;
  readonly license: string;
  readonly supplier: string;
}

/** The table of the packages of a bill of materials, in its order; only those that are shown are read. */
export function packageTable<T>(packages: Iterable<T>, read: (one: T) => Package): Table {
  return table(
    {
      title: 'Packages',
      nouns: ['package', 'packages'],
      columns: columns('Name', ['Version', 'code'], 'Type', 'License', 'Supplier'),
    },
    packages,
    (one) => {
      const { name, version, type, purl, license, supplier } = read(one);
      return [
        cell(firstText(name, purl), purl),
        cell(version),
        cell(firstText(purlType(purl), type)),
        cell(license),
        cell(supplier),
      ];
    },
  );
}

/** `npm` of `pkg:npm/left-pad@1.3.0` (package-url specification). */
function purlType(purl: string): string {
  return /^pkg:\/{0,2}([A-Za-z][A-Za-z0-9.+-]{0,40})\//.exec(purl)?.[1]?.toLowerCase() ?? '';
}

/** Values of SPDX that say that nothing is said. */
const SAYS_NOTHING = ['', 'NOASSERTION', 'NONE'];

/** The first license that is one: what somebody concluded counts before what the package declares. */
export function assertedLicense(...licenses: readonly string[]): string {
  return licenses.find((license) => !SAYS_NOTHING.includes(license)) ?? '';
}
