import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
} from 'yaml';
import { RemoraError } from '../../errors.js';
import { isTooDeep } from '../../oci/text/yaml-depth.js';
import type { DocumentValue } from './document-value.js';

/** The parser recurses. */
const MAX_DEPTH = 500;

/**
 * The documents of a YAML text. An alias gives what it names where it is looked at, and is not expanded further: nested
 * ones multiply.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, with line and column
 */
export function yamlDocuments(text: string, name: string): readonly DocumentValue[] {
  const lineCounter = new LineCounter();
  const fail = (message: string, where = name) => {
    const hint = 'Give YAML as Kubernetes or compose reads it; helm template renders a chart';
    return new RemoraError('INVALID_ARGUMENT', `${where}: ${message}`, { hint });
  };
  if (text.split(/^---/m).some((part) => isTooDeep(part, MAX_DEPTH)))
    throw fail(`wanted at most ${MAX_DEPTH} levels of nesting`);
  const options = { lineCounter, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
  return [...parseAllDocuments(text, options)].map((document) => {
    const [issue] = document.errors;
    if (issue !== undefined) {
      const { line, col } = lineCounter.linePos(issue.pos[0]);
      throw fail(issue.message.split('\n')[0] ?? '', `${name}:${line}:${col}`);
    }
    return new YamlValues(text, lineCounter, document).of(document.contents);
  });
}

class YamlValues {
  readonly #aliases = new Map<Alias, unknown>();

  constructor(
    private readonly text: string,
    private readonly lines: LineCounter,
    document: Document.Parsed,
  ) {
    const anchors = new Map<string, unknown>();
    visit(document, {
      Value: (_key, node) => void (node.anchor === undefined || anchors.set(node.anchor, node)),
      Alias: (_key, node) => void this.#aliases.set(node, anchors.get(node.source)),
    });
  }

  of(node: unknown): DocumentValue {
    const line = this.#line(node);
    if (isAlias(node)) {
      const named = this.#aliases.get(node);
      // An anchor of another document, or none.
      return named === undefined
        ? { ...line, text: `*${node.source}` }
        : { ...this.of(named), ...line, isRepeated: true };
    }
    // A template that is not in quotes reads as a map.
    const [start, end] = (isNode(node) && node.range) || [0, 0];
    if (isMap(node) && this.text.startsWith('{{', start))
      return { ...line, isText: true, text: this.text.slice(start, end).trim() };
    if (isMap(node))
      return {
        ...line,
        members: () => node.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', this.of(value)]),
      };
    if (isSeq(node)) return { ...line, elements: () => node.items.map((item) => this.of(item)) };
    if (!isScalar(node) || node.value === null) return line;
    const isText = typeof node.value === 'string';
    // The number 1.10 is the tag 1.10.
    return { ...line, isText, text: isText ? String(node.value) : (node.source ?? String(node.value)) };
  }

  #line(node: unknown): { readonly line?: number } {
    const start = isNode(node) ? node.range?.[0] : undefined;
    return start === undefined ? {} : { line: this.lines.linePos(start).line };
  }
}
