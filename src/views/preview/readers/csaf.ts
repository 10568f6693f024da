import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, entriesAt, firstText, joined, listAt, textAt } from '../model/values.js';

/** CSAF (OASIS 2.0): one row for a vulnerability and a status (§3.2.3.9). */
export const csaf: Reader = (document) => {
  if (!/^2\.\d$/.test(textAt(document, 'document', 'csaf_version'))) return undefined;
  const names = productNames(document);
  return {
    what: 'a CSAF document',
    parts: [
      ...facts('Document', [
        ['Title', textAt(document, 'document', 'title')],
        ['Category', textAt(document, 'document', 'category')],
        ['Publisher', textAt(document, 'document', 'publisher', 'name')],
        ['Identifier', textAt(document, 'document', 'tracking', 'id')],
        ['Status', textAt(document, 'document', 'tracking', 'status')],
        ['Released', textAt(document, 'document', 'tracking', 'current_release_date')],
      ]),
      table(
        {
          title: 'Vulnerabilities',
          nouns: ['statement', 'statements'],
          columns: columns('Vulnerability', 'Product', ['Status', 'level'], 'Justification'),
        },
        statementsOf(document),
        ({ vulnerability, status, products }) => [
          cell(
            firstText(
              textAt(vulnerability, 'cve'),
              textAt(vulnerability, 'ids', 0, 'text'),
              textAt(vulnerability, 'title'),
            ),
            textAt(vulnerability, 'title'),
          ),
          cell(joined(products.map((id) => names.get(textAt(id)) ?? textAt(id)))),
          cell(status),
          cell(justificationOf(vulnerability, products)),
        ],
      ),
    ],
  };
};

interface Statement {
  readonly vulnerability: unknown;
  readonly status: string;
  readonly products: readonly unknown[];
}

function* statementsOf(document: unknown): Generator<Statement> {
  for (const vulnerability of listAt(document, 'vulnerabilities')) {
    const statuses = entriesAt(vulnerability, 'product_status');
    if (statuses.length === 0) yield { vulnerability, status: '', products: [] };
    for (const [status] of statuses)
      yield { vulnerability, status, products: listAt(vulnerability, 'product_status', status) };
  }
}

/** The flag of the products (§3.2.3.5), else what the document says about their impact (§3.2.3.14). */
function justificationOf(vulnerability: unknown, products: readonly unknown[]): string {
  const concerned = new Set(products.map((id) => textAt(id)));
  const concerns = (one: unknown) => {
    const ids = listAt(one, 'product_ids');
    return ids.length === 0 || ids.some((id) => concerned.has(textAt(id)));
  };
  const of = (name: string, text: string) =>
    joined(
      listAt(vulnerability, name)
        .filter(concerns)
        .map((one) => textAt(one, text)),
    );
  return firstText(of('flags', 'label'), of('threats', 'details'), of('remediations', 'details'));
}

/** Names of products by their identifiers; without recursion, since a document may nest branches deeply. */
function productNames(document: unknown): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const note = (product: unknown) => {
    const id = textAt(product, 'product_id');
    if (id !== '') names.set(id, textAt(product, 'name') || id);
  };
  for (const product of listAt(document, 'product_tree', 'full_product_names')) note(product);
  for (const one of listAt(document, 'product_tree', 'relationships')) note(at(one, 'full_product_name'));
  const open = [...listAt(document, 'product_tree', 'branches')];
  for (let branch = open.pop(); branch !== undefined; branch = open.pop()) {
    note(at(branch, 'product'));
    for (const one of listAt(branch, 'branches')) open.push(one);
  }
  return names;
}
