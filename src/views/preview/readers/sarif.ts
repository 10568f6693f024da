import { MAX_PARTS } from '../model/limits.js';
import type { Part } from '../model/preview.js';
import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, firstText, joined, listAt, textAt } from '../model/values.js';

/** SARIF (OASIS 2.1.0): a table of findings for each run. */
export const sarif: Reader = (document) => {
  if (!/^2\.\d(?:\.\d)?$/.test(textAt(document, 'version')) || !Array.isArray(document.runs)) return undefined;
  if (!textAt(document, '$schema').includes('sarif') && textAt(document.runs, 0, 'tool', 'driver', 'name') === '')
    return undefined;
  const { runs } = document;
  const more = runs.length - MAX_PARTS;
  return {
    what: 'a SARIF report',
    notes: more > 0 ? [{ level: 'info', text: `${more} more runs are not shown.` }] : [],
    parts: [
      ...facts('Report', [
        ['Version', textAt(document, 'version')],
        ['Tools', joined(runs.slice(0, MAX_PARTS).map(toolOf))],
        ['Ended', textAt(runs, 0, 'invocations', 0, 'endTimeUtc')],
      ]),
      ...runs.slice(0, MAX_PARTS).map((run) => findings(run, runs.length > 1)),
    ],
  };
};

function toolOf(run: unknown): string {
  const driver = at(run, 'tool', 'driver');
  return joined([textAt(driver, 'name'), firstText(textAt(driver, 'semanticVersion'), textAt(driver, 'version'))], ' ');
}

function findings(run: unknown, isOneOfMany: boolean): Part {
  const rules = new Rules(run);
  return table(
    {
      title: isOneOfMany ? firstText(joined(['Findings of', toolOf(run)], ' ')) : 'Findings',
      nouns: ['finding', 'findings'],
      columns: columns(['Level', 'level'], 'Rule', 'Message', ['Location', 'code']),
    },
    listAt(run, 'results'),
    (result) => {
      const rule = rules.of(result);
      const id = firstText(textAt(result, 'ruleId'), textAt(result, 'rule', 'id'), textAt(rule, 'id'));
      const short = firstText(textAt(rule, 'shortDescription', 'text'), textAt(rule, 'name'));
      const isSuppressed = listAt(result, 'suppressions').length > 0;
      return [
        cell(levelOf(result, rule), isSuppressed ? 'suppressed' : ''),
        cell(id, short === id ? '' : short),
        cell(messageOf(result, rule)),
        cell(locationOf(result, run)),
      ];
    },
  );
}

/** The rules of a run by their places and names: a result may name one in either way (§3.27.5 to §3.27.7, §3.52). */
class Rules {
  readonly #drivers: readonly unknown[];
  readonly #extensions: readonly unknown[];
  readonly #byId = new Map<string, unknown>();

  constructor(run: unknown) {
    this.#drivers = listAt(run, 'tool', 'driver', 'rules');
    this.#extensions = listAt(run, 'tool', 'extensions');
    for (const rules of [this.#drivers, ...this.#extensions.map((one) => listAt(one, 'rules'))])
      for (const rule of rules) if (!this.#byId.has(textAt(rule, 'id'))) this.#byId.set(textAt(rule, 'id'), rule);
  }

  of(result: unknown): unknown {
    const index = indexAt(result, 'ruleIndex') ?? indexAt(result, 'rule', 'index');
    const extension = indexAt(result, 'rule', 'toolComponent', 'index');
    const rules = extension === undefined ? this.#drivers : listAt(this.#extensions, extension, 'rules');
    const byIndex = index === undefined ? undefined : rules[index];
    if (byIndex !== undefined) return byIndex;
    const id = firstText(textAt(result, 'ruleId'), textAt(result, 'rule', 'id'));
    // A result may name a part of a rule: `CA2101/1` is of the rule `CA2101`.
    return this.#byId.get(id) ?? this.#byId.get(id.slice(0, Math.max(0, id.lastIndexOf('/'))));
  }
}

function indexAt(value: unknown, ...path: readonly string[]): number | undefined {
  const index = at(value, ...path);
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 ? index : undefined;
}

/** The level (§3.27.10): its own, `none` for what did not fail, that of its rule, else `warning`. */
function levelOf(result: unknown, rule: unknown): string {
  const kind = textAt(result, 'kind');
  const level = textAt(result, 'level');
  if (level !== '') return level;
  if (kind !== '' && kind !== 'fail') return kind;
  return firstText(textAt(rule, 'defaultConfiguration', 'level'), 'warning');
}

/** The message (§3.11): a text of its own or of its rule, with arguments. */
function messageOf(result: unknown, rule: unknown): string {
  const id = textAt(result, 'message', 'id');
  const text = firstText(
    textAt(result, 'message', 'text'),
    textAt(rule, 'messageStrings', id, 'text'),
    textAt(result, 'message', 'markdown'),
  );
  const given = listAt(result, 'message', 'arguments');
  return given.length === 0
    ? text
    : text.replace(/\{(\d{1,3})\}/g, (all, index) => textAt(given[Number(index)]) || all);
}

function locationOf(result: unknown, run: unknown): string {
  const [first, ...more] = listAt(result, 'locations');
  const physical = at(first, 'physicalLocation');
  const index = indexAt(physical, 'artifactLocation', 'index');
  const uri = firstText(
    textAt(physical, 'artifactLocation', 'uri'),
    index === undefined ? '' : textAt(run, 'artifacts', index, 'location', 'uri'),
  );
  const line = textAt(physical, 'region', 'startLine');
  const place = uri === '' || line === '' ? uri : `${uri}:${line}`;
  const logical =
    textAt(first, 'logicalLocations', 0, 'fullyQualifiedName') || textAt(first, 'logicalLocations', 0, 'name');
  const shown = firstText(place, logical, textAt(first, 'message', 'text'));
  return more.length === 0 ? shown : `${shown} and ${more.length} more`;
}
