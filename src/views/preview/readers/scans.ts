import { isObject } from '../../../oci/text/lenient.js';
import type { Cell, Table } from '../model/preview.js';
import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, firstText, joined, listAt, textAt } from '../model/values.js';

/** A vulnerability that a scanner found. */
interface Found {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  readonly name: string;
  readonly version: string;
  readonly fixed: string;
  readonly where: string;
}

function foundTable<T>(items: Iterable<T>, read: (item: T) => Found): Table {
  return table(
    {
      title: 'Vulnerabilities',
      nouns: ['vulnerability', 'vulnerabilities'],
      columns: columns(
        ['Severity', 'level'],
        'Vulnerability',
        'Package',
        ['Version', 'code'],
        ['Fixed in', 'code'],
        'Where',
      ),
    },
    items,
    (item): readonly Cell[] => {
      const { id, title, severity, name, version, fixed, where } = read(item);
      return [cell(severity.toLowerCase()), cell(id, title), cell(name), cell(version), cell(fixed), cell(where)];
    },
  );
}

/** A report of Trivy in JSON (its documentation, "Reporting"): vulnerabilities of each target. */
export const trivy: Reader = (document) => {
  if (typeof document.SchemaVersion !== 'number' || textAt(document, 'ArtifactName') === '') return undefined;
  return {
    what: 'a report of Trivy',
    parts: [
      ...facts('Report', [
        ['About', textAt(document, 'ArtifactName')],
        ['Type', textAt(document, 'ArtifactType')],
        ['Created', textAt(document, 'CreatedAt')],
      ]),
      foundTable(ofTargets(document), ([target, found]) => ({
        id: textAt(found, 'VulnerabilityID'),
        title: textAt(found, 'Title'),
        severity: textAt(found, 'Severity'),
        name: textAt(found, 'PkgName'),
        version: textAt(found, 'InstalledVersion'),
        fixed: textAt(found, 'FixedVersion'),
        where: target,
      })),
    ],
  };
};

function* ofTargets(document: unknown): Generator<readonly [string, unknown]> {
  for (const result of listAt(document, 'Results'))
    for (const found of listAt(result, 'Vulnerabilities')) yield [textAt(result, 'Target'), found];
}

/** A report of Grype in JSON, which names itself in its descriptor. */
export const grype: Reader = (document) => {
  if (textAt(document, 'descriptor', 'name') !== 'grype' || !Array.isArray(document.matches)) return undefined;
  return {
    what: 'a report of Grype',
    parts: [
      ...facts('Report', [
        ['About', firstText(textAt(document, 'source', 'target', 'userInput'), textAt(document, 'source', 'target'))],
        ['Distribution', joined([textAt(document, 'distro', 'name'), textAt(document, 'distro', 'version')], ' ')],
        ['Created', textAt(document, 'descriptor', 'timestamp')],
        ['Grype', textAt(document, 'descriptor', 'version')],
      ]),
      foundTable(document.matches, (match) => ({
        id: textAt(match, 'vulnerability', 'id'),
        title: textAt(match, 'vulnerability', 'description'),
        severity: textAt(match, 'vulnerability', 'severity'),
        name: textAt(match, 'artifact', 'name'),
        version: textAt(match, 'artifact', 'version'),
        fixed: joined(listAt(match, 'vulnerability', 'fix', 'versions').map((version) => textAt(version))),
        where: textAt(match, 'artifact', 'locations', 0, 'path'),
      })),
    ],
  };
};

/** A report of a scanner of Harbor's (pluggable-scanner-spec, "HarborVulnerabilityReport"). */
export const harborReport: Reader = (document) => {
  if (!isObject(document.scanner) || !Array.isArray(document.vulnerabilities) || !isObject(document.artifact))
    return undefined;
  return {
    what: 'a report of a scanner of Harbor',
    parts: [
      ...facts('Report', [
        ['About', textAt(document, 'artifact', 'repository')],
        ['Scanner', joined([textAt(document, 'scanner', 'name'), textAt(document, 'scanner', 'version')], ' ')],
        ['Created', textAt(document, 'generated_at')],
        ['Severity', textAt(document, 'severity')],
      ]),
      foundTable(document.vulnerabilities, (found) => ({
        id: textAt(found, 'id'),
        title: textAt(found, 'description'),
        severity: textAt(found, 'severity'),
        name: textAt(found, 'package'),
        version: textAt(found, 'version'),
        fixed: textAt(found, 'fix_version'),
        where: '',
      })),
    ],
  };
};

/** The predicate of a scan, of cosign (its specification, COSIGN_VULN_ATTESTATION_SPEC.md) or in-toto (vulns.md). */
export const scanPredicate: Reader = (document, within) => {
  const { scanner } = document;
  if (textAt(scanner, 'uri') === '' || at(scanner, 'result') === undefined) return undefined;
  const result = at(scanner, 'result');
  const list = Array.isArray(result)
    ? foundTable(result, (found) => ({
        id: textAt(found, 'id'),
        title: '',
        severity: firstText(...listAt(found, 'severity').map((one) => textAt(one, 'score'))),
        name: '',
        version: '',
        fixed: '',
        where: '',
      }))
    : ({ type: 'inner', title: 'Result', preview: within.value(result) } as const);
  return {
    what: 'a scan',
    parts: [
      ...facts('Scan', [
        ['Scanner', joined([textAt(scanner, 'uri'), textAt(scanner, 'version')], ' ')],
        ['Database', joined([textAt(scanner, 'db', 'uri'), textAt(scanner, 'db', 'version')], ' ')],
        ['Started', textAt(document, 'metadata', 'scanStartedOn')],
        ['Finished', textAt(document, 'metadata', 'scanFinishedOn')],
      ]),
      list,
    ],
  };
};

/** The predicate of a run of tests (in-toto attestation framework, test-result.md). */
export const testResult: Reader = (document) => {
  const result = textAt(document, 'result');
  if (!/^(?:PASSED|WARNED|FAILED)$/.test(result) || !Array.isArray(document.configuration)) return undefined;
  return {
    what: 'results of tests',
    parts: [
      ...facts('Tests', [
        ['Result', result],
        [
          'Configuration',
          joined(document.configuration.map((one) => firstText(textAt(one, 'name'), textAt(one, 'uri')))),
        ],
        ['Address', textAt(document, 'url')],
      ]),
      table(
        { title: 'Tests', nouns: ['test', 'tests'], columns: columns(['Result', 'level'], 'Test') },
        testsOf(document),
        ([outcome, test]) => [cell(outcome), cell(textAt(test))],
      ),
    ],
  };
};

function* testsOf(document: unknown): Generator<readonly [outcome: string, test: unknown]> {
  for (const outcome of ['failed', 'warned', 'passed'])
    for (const test of listAt(document, `${outcome}Tests`)) yield [outcome, test];
}
