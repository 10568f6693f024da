import { isCollection, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { isRemoraError, RemoraError, type RemoraErrorOptions } from '../../errors.js';
import { parseJson } from '../../oci/text/json.js';
import { isTooDeep } from '../../oci/text/yaml-depth.js';

/** A step into a document: the name of a member, or the number of an element. */
export type Path = readonly PropertyKey[];

/** The value of a policy file, and where its parts stand. */
export interface PolicyText {
  readonly value: unknown;
  /** `LINE:COLUMN` of a value, or of the name of a member; of what holds it, where it is not there. */
  place(path: Path, member?: string): string | undefined;
}

/** The time to find equal names grows with the square of their number. */
const MAX_BYTES = 128 * 1024;
/** The parser recurses. */
const MAX_DEPTH = 100;

/**
 * Reads YAML 1.2, of which JSON is a part: one document, each name once, no aliases, no tags of its own. A name that ends
 * in `.json` stands for JSON alone.
 *
 * @throws RemoraError `INVALID_ARGUMENT`, with line and column
 */
export function readPolicyText(source: string | Uint8Array, name: string): PolicyText {
  const text = decode(source, name);
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  };
  const fail = (message: string, offset?: number) =>
    refusal(name, message, offset === undefined ? undefined : at(offset));
  if (isTooDeep(text, MAX_DEPTH)) throw fail(`wanted at most ${MAX_DEPTH} levels of nesting`);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, schema: 'core', merge: false });
  const [issue] = [...document.errors, ...document.warnings];
  if (issue !== undefined) throw fail(plain(issue.message), issue.pos[0]);
  visit(document, {
    Alias: (_key, node) => {
      throw fail('wanted the value itself, got an alias', node.range?.[0]);
    },
    Pair: (_key, { key }) => {
      if (isScalar(key) && typeof key.value === 'string') return;
      throw fail('wanted a text in quotes as the name of a member', isNode(key) ? key.range?.[0] : undefined);
    },
  });
  if (/\.json$/i.test(name)) requireJson(text, name);
  const place = (path: Path, member?: string) => {
    const offset = offsetOf(document.contents, path, member);
    return offset === undefined ? undefined : at(offset);
  };
  return { value: document.toJS({ maxAliasCount: 0 }), place };
}

function decode(source: string | Uint8Array, name: string): string {
  if (source.length > MAX_BYTES) throw refusal(name, `wanted at most ${MAX_BYTES} bytes, got ${source.length}`);
  if (typeof source === 'string') return source;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refusal(name, 'wanted UTF-8');
  }
}

/** Of a parser's message the first line, without what it says to programmers. */
function plain(message: string): string {
  const [first = ''] = message.split('\n');
  if (first.startsWith('Source contains multiple documents')) return 'wanted one document, got several';
  return first === 'Map keys must be unique' ? 'wanted each name once' : first;
}

function requireJson(text: string, name: string): void {
  try {
    parseJson(new TextEncoder().encode(text), name);
  } catch (error) {
    if (!isRemoraError(error)) throw error;
    throw new RemoraError('INVALID_ARGUMENT', error.message, { cause: error });
  }
}

function offsetOf(root: Node | null, path: Path, member?: string): number | undefined {
  let node: unknown = root;
  for (const step of path) {
    const next: unknown = isCollection(node) ? node.get(step, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === member) : undefined;
  const found = member === undefined ? node : (pair?.key ?? node);
  return isNode(found) ? found.range?.[0] : undefined;
}

/** The error for a policy; `place` is `LINE:COLUMN`. */
export function refusal(name: string, message: string, place?: string, options: RemoraErrorOptions = {}): RemoraError {
  const where = place === undefined ? name : `${name}:${place}`;
  return new RemoraError('INVALID_ARGUMENT', `${where}: ${message}`, options);
}
