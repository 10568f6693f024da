import { isObject } from '../../../oci/text/lenient.js';
import type { Part, Table } from '../model/preview.js';
import { facts, type Reader } from '../model/reader.js';
import { cell, columns, table } from '../model/table.js';
import { at, entriesAt, firstText, joined, listAt, textAt } from '../model/values.js';

/** SLSA provenance 1 (slsa.dev/spec/v1.0/provenance). */
export const provenance1: Reader = (document) => {
  const { buildDefinition: build, runDetails: run } = document;
  if (!isObject(build) || !isObject(run)) return undefined;
  return {
    what: 'SLSA provenance, version 1',
    parts: [
      ...facts('Build', [
        ['Builder', textAt(run, 'builder', 'id')],
        ['Build type', textAt(build, 'buildType')],
        ['Source', sourceOf(build)],
        ['Invocation', textAt(run, 'metadata', 'invocationId')],
        ['Started', textAt(run, 'metadata', 'startedOn')],
        ['Finished', textAt(run, 'metadata', 'finishedOn')],
      ]),
      ...parameters(at(build, 'externalParameters')),
      ...materials(listAt(build, 'resolvedDependencies')),
    ],
  };
};

/** SLSA provenance 0.2, and 0.1 with its recipe. */
export const provenance0: Reader = (document) => {
  const recipe = isObject(document.invocation) ? document.invocation : document.recipe;
  if (!isObject(document.builder) || !(isObject(recipe) || Array.isArray(document.materials))) return undefined;
  const source = at(recipe, 'configSource');
  return {
    what: `SLSA provenance, version ${isObject(document.recipe) ? '0.1' : '0.2'}`,
    parts: [
      ...facts('Build', [
        ['Builder', textAt(document, 'builder', 'id')],
        ['Build type', firstText(textAt(document, 'buildType'), textAt(recipe, 'type'))],
        ['Source', joined([textAt(source, 'uri'), digestsOf(at(source, 'digest'))], ' ')],
        ['Entry point', firstText(textAt(source, 'entryPoint'), textAt(recipe, 'entryPoint'))],
        ['Invocation', textAt(document, 'metadata', 'buildInvocationID')],
        ['Started', textAt(document, 'metadata', 'buildStartedOn')],
        ['Finished', textAt(document, 'metadata', 'buildFinishedOn')],
      ]),
      ...parameters(at(recipe, 'parameters')),
      ...materials(listAt(document, 'materials')),
    ],
  };
};

/** The source as GitHub's and BuildKit's build types name it. */
function sourceOf(build: unknown): string {
  const external = at(build, 'externalParameters');
  const workflow = joined([textAt(external, 'workflow', 'repository'), textAt(external, 'workflow', 'path')], ' ');
  return firstText(
    workflow,
    textAt(external, 'configSource', 'uri'),
    textAt(external, 'source', 'uri'),
    textAt(external, 'source'),
  );
}

/** Parameters that are texts; the document below has the others. */
function parameters(value: unknown): readonly Part[] {
  const texts = entriesAt(value).slice(0, 50);
  return facts(
    'Parameters',
    texts.map(([name, one]) => [name, textAt(one)]),
  );
}

/** Digests of an in-toto digest set, as `sha256:…`. */
export function digestsOf(set: unknown): string {
  return joined(entriesAt(set).map(([algorithm, value]) => `${algorithm}:${textAt(value)}`));
}

function materials(list: readonly unknown[]): readonly Table[] {
  if (list.length === 0) return [];
  const head = {
    title: 'Materials',
    nouns: ['material', 'materials'],
    columns: columns('Material', ['Digest', 'code']),
  } as const;
  return [
    table(head, list, (one) => [
      cell(firstText(textAt(one, 'uri'), textAt(one, 'name'), textAt(one, 'downloadLocation'))),
      cell(digestsOf(at(one, 'digest'))),
    ]),
  ];
}

/** A verification summary (slsa.dev/spec/v1.0/verification_summary). */
export const verificationSummary: Reader = (document) => {
  const result = textAt(document, 'verificationResult');
  if (textAt(document, 'verifier', 'id') === '' || result === '') return undefined;
  return {
    what: 'a verification summary (SLSA)',
    parts: facts('Summary', [
      ['Result', result],
      ['Levels', joined(listAt(document, 'verifiedLevels').map((level) => textAt(level)))],
      ['Verifier', textAt(document, 'verifier', 'id')],
      ['Time', textAt(document, 'timeVerified')],
      ['Resource', textAt(document, 'resourceUri')],
      ['Policy', textAt(document, 'policy', 'uri')],
    ]),
  };
};
