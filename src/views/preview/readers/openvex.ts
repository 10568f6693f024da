import { isObject } from '../../../oci/text/lenient.js';
import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { firstText, joined, listAt, textAt } from '../model/values.js';

/** OpenVEX (OPENVEX-SPEC.md, 0.2.0; before 0.1 a vulnerability and a product were texts). */
export const openvex: Reader = (document) => {
  if (!textAt(document, '@context').startsWith('https://openvex.dev/ns') || !Array.isArray(document.statements))
    return undefined;
  return {
    what: 'an OpenVEX document',
    parts: [
      ...facts('Document', [
        ['Author', textAt(document, 'author')],
        ['Role', textAt(document, 'role')],
        ['Version', textAt(document, 'version')],
        ['Issued', textAt(document, 'timestamp')],
        ['Updated', textAt(document, 'last_updated')],
        ['Identifier', textAt(document, '@id')],
      ]),
      table(
        {
          title: 'Statements',
          nouns: ['statement', 'statements'],
          columns: columns('Vulnerability', 'Product', ['Status', 'level'], 'Justification'),
        },
        document.statements,
        (statement) => {
          const impact = firstText(
            textAt(statement, 'impact_statement'),
            textAt(statement, 'action_statement'),
            textAt(statement, 'status_notes'),
          );
          return [
            cell(vulnerabilityOf(statement), textAt(statement, 'vulnerability', 'description')),
            cell(joined(listAt(statement, 'products').map(productOf)), partsOf(statement)),
            cell(textAt(statement, 'status')),
            cell(firstText(textAt(statement, 'justification'), impact), impact),
          ];
        },
      ),
    ],
  };
};

function vulnerabilityOf(statement: unknown): string {
  return firstText(
    textAt(statement, 'vulnerability', 'name'),
    textAt(statement, 'vulnerability', '@id'),
    textAt(statement, 'vulnerability'),
  );
}

function productOf(product: unknown): string {
  if (!isObject(product)) return textAt(product);
  return firstText(
    textAt(product, '@id'),
    textAt(product, 'identifiers', 'purl'),
    textAt(product, 'identifiers', 'cpe23'),
  );
}

function partsOf(statement: unknown): string {
  return joined(listAt(statement, 'products').flatMap((product) => listAt(product, 'subcomponents').map(productOf)));
}
