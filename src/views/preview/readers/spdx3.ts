import { isObject } from '../../../oci/text/lenient.js';
import { assertedLicense, type Package, packageTable } from '../model/packages.js';
import { facts, type Reader } from '../model/reader.js';
import { at, firstText, joined, listAt, textAt } from '../model/values.js';

const PACKAGE = /^(?:software_|https:\/\/spdx\.org\/rdf\/3\.[\d.]{1,8}\/terms\/Software\/)?Package$/;

/** SPDX 3 in JSON-LD ("Model and serializations"): a graph of elements that name each other. */
export const spdx3: Reader = (document) => {
  const contexts = [document['@context']].flat();
  if (!contexts.some((one) => textAt(one).startsWith('https://spdx.org/rdf/3.'))) return undefined;
  const elements = Array.isArray(document['@graph']) ? document['@graph'] : [document];
  const graph = new Graph(elements);
  const described = elements.find((one) => typeOf(one) === 'SpdxDocument');
  const info = elements.find((one) => typeOf(one) === 'CreationInfo') ?? at(described, 'creationInfo');
  return {
    what: 'an SPDX 3 document (JSON)',
    parts: [
      ...facts('Document', [
        ['Name', textAt(described, 'name')],
        ['Version', textAt(info, 'specVersion')],
        ['Created', textAt(info, 'created')],
        [
          'Creators',
          joined([...listAt(info, 'createdBy'), ...listAt(info, 'createdUsing')].map((one) => graph.name(one))),
        ],
      ]),
      packageTable(
        elements.filter((one) => PACKAGE.test(typeOf(one))),
        (one) => graph.package(one),
      ),
    ],
  };
};

function typeOf(element: unknown): string {
  return firstText(textAt(element, 'type'), textAt(element, '@type'));
}

function idOf(element: unknown): string {
  return firstText(textAt(element, 'spdxId'), textAt(element, '@id'));
}

/** Elements by their identifiers. A reference is followed once, so that a circle of them ends. */
class Graph {
  readonly #elements = new Map<string, unknown>();
  readonly #licenses = new Map<string, { concluded: readonly unknown[]; declared: readonly unknown[] }>();

  constructor(elements: readonly unknown[]) {
    for (const element of elements) {
      const id = idOf(element);
      if (id !== '') this.#elements.set(id, element);
      const relation = textAt(element, 'relationshipType');
      const from = idOf(at(element, 'from')) || textAt(element, 'from');
      if (from === '' || !/^has(?:Concluded|Declared)License$/.test(relation)) continue;
      const known = this.#licenses.get(from) ?? { concluded: [], declared: [] };
      const to = [at(element, 'to')].flat();
      this.#licenses.set(
        from,
        relation.includes('Concluded') ? { ...known, concluded: to } : { ...known, declared: to },
      );
    }
  }

  package(one: unknown): Package {
    const { concluded = [], declared = [] } = this.#licenses.get(idOf(one)) ?? {};
    const license = (list: readonly unknown[]) => joined(list.map((element) => this.#license(element)));
    return {
      name: textAt(one, 'name'),
      version: textAt(one, 'software_packageVersion'),
      type: textAt(one, 'software_primaryPurpose'),
      purl: firstText(
        textAt(one, 'software_packageUrl'),
        ...listAt(one, 'externalIdentifier').map((reference) =>
          textAt(reference, 'externalIdentifierType') === 'packageUrl' ? textAt(reference, 'identifier') : '',
        ),
      ),
      license: assertedLicense(license(concluded), license(declared)),
      supplier: firstText(
        this.name(at(one, 'suppliedBy')),
        joined(listAt(one, 'originatedBy').map((by) => this.name(by))),
      ),
    };
  }

  /** The name of an element, or its identifier where it has none. */
  name(reference: unknown): string {
    const element = this.#element(reference);
    return firstText(textAt(element, 'name'), idOf(element), textAt(reference));
  }

  #license(reference: unknown): string {
    const element = this.#element(reference);
    const id = firstText(idOf(element), textAt(reference));
    return firstText(
      textAt(element, 'simplelicensing_licenseExpression'),
      textAt(element, 'name'),
      // The identifiers of the list of licenses and of the individual elements end in their names.
      id.replace(/^https?:\/\/spdx\.org\/(?:licenses|rdf\/3\.[\d.]{1,8}\/terms\/Licensing)\//, ''),
    );
  }

  #element(reference: unknown): unknown {
    return isObject(reference) ? reference : this.#elements.get(textAt(reference));
  }
}
