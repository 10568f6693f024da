import { isObject } from '../../../oci/text/lenient.js';
import { type Package, packageTable } from '../model/packages.js';
import type { Part } from '../model/preview.js';
import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, firstText, joined, listAt, textAt } from '../model/values.js';

/** CycloneDX in JSON (1.2 to 1.7, JSON schema). A document of vulnerabilities alone is a VEX. */
export const cyclonedx: Reader = (document) =>
  document.bomFormat === 'CycloneDX' ? cyclonedxRead('JSON', document) : undefined;

/** The preview of a document, in the form that its JSON has. */
export function cyclonedxRead(form: string, document: unknown): ReturnType<Reader> {
  const subject = at(document, 'metadata', 'component');
  const flaws = listAt(document, 'vulnerabilities');
  const hasPackages = listAt(document, 'components').length > 0 || flaws.length === 0;
  return {
    what: `a CycloneDX document (${form})`,
    parts: [
      ...facts('Document', [
        ['About', joined([nameOf(subject), textAt(subject, 'version')], ' ')],
        ['Version', textAt(document, 'specVersion')],
        ['Created', textAt(document, 'metadata', 'timestamp')],
        ['Tools', joined(toolsOf(document))],
        ['Supplier', textAt(document, 'metadata', 'supplier', 'name')],
        ['Serial number', textAt(document, 'serialNumber')],
      ]),
      ...(hasPackages ? [packageTable(componentsOf(document), packageOf)] : []),
      ...(flaws.length > 0 ? [vulnerabilities(document, flaws)] : []),
    ],
  };
}

/** All components, those within others behind them; without recursion, since a document may nest them deeply. */
function* componentsOf(document: unknown): Generator<unknown> {
  const open = [listAt(document, 'components').values()];
  for (let list = open.at(-1); list !== undefined; list = open.at(-1)) {
    const { done, value } = list.next();
    if (done) open.pop();
    else {
      yield value;
      const within = listAt(value, 'components');
      if (within.length > 0) open.push(within.values());
    }
  }
}

function packageOf(component: unknown): Package {
  return {
    name: nameOf(component),
    version: textAt(component, 'version'),
    type: textAt(component, 'type'),
    purl: textAt(component, 'purl'),
    license: joined(listAt(component, 'licenses').map(licenseOf)),
    supplier: firstText(
      textAt(component, 'supplier', 'name'),
      textAt(component, 'publisher'),
      textAt(component, 'manufacturer', 'name'),
      textAt(component, 'author'),
    ),
  };
}

function nameOf(component: unknown): string {
  const group = textAt(component, 'group');
  return group === '' ? textAt(component, 'name') : `${group}/${textAt(component, 'name')}`;
}

function licenseOf(choice: unknown): string {
  return firstText(textAt(choice, 'expression'), textAt(choice, 'license', 'id'), textAt(choice, 'license', 'name'));
}

/** Tools were a list until 1.4; since 1.5 they are components and services. */
function toolsOf(document: unknown): readonly string[] {
  const tools = at(document, 'metadata', 'tools');
  const list = isObject(tools) ? [...listAt(tools, 'components'), ...listAt(tools, 'services')] : listAt(tools);
  return list.map((tool) => joined([textAt(tool, 'vendor'), textAt(tool, 'name'), textAt(tool, 'version')], ' '));
}

function vulnerabilities(document: unknown, flaws: readonly unknown[]): Part {
  const names = namesByReference(document);
  return table(
    {
      title: 'Vulnerabilities',
      nouns: ['vulnerability', 'vulnerabilities'],
      columns: columns('Vulnerability', ['Severity', 'level'], 'Product', ['Status', 'level'], 'Justification'),
    },
    flaws,
    (flaw) => {
      const affected = listAt(flaw, 'affects').map((one) => textAt(one, 'ref'));
      const analysis = at(flaw, 'analysis');
      return [
        cell(textAt(flaw, 'id'), textAt(flaw, 'description')),
        cell(firstText(...listAt(flaw, 'ratings').map((rating) => textAt(rating, 'severity')))),
        cell(joined(affected.map((reference) => names.get(reference) ?? reference))),
        cell(textAt(analysis, 'state')),
        cell(firstText(textAt(analysis, 'justification'), textAt(analysis, 'detail')), textAt(analysis, 'detail')),
      ];
    },
  );
}

/** Names of components by their references. */
function namesByReference(document: unknown): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const note = (component: unknown) => {
    const reference = textAt(component, 'bom-ref');
    const name = joined([nameOf(component), textAt(component, 'version')], ' ');
    if (reference !== '' && name !== '') names.set(reference, name);
  };
  for (const component of componentsOf(document)) note(component);
  note(at(document, 'metadata', 'component'));
  return names;
}
