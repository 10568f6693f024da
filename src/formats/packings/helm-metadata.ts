import { basename } from 'node:path/posix';
import { isMap, isScalar, type Node, parseDocument } from 'yaml';
import { RemoraError } from '../../errors.js';
import { quote } from '../../oci/text/quote.js';
import { isTooDeep } from '../../oci/text/yaml-depth.js';

/** The metadata of a chart, as Helm reads them. */
export interface HelmMetadata {
  readonly name: string;
  readonly version: string;
  /** The chart's own annotations. */
  readonly annotations: readonly (readonly [string, string])[];
  /** All of it, with the names and in the order of Helm's `chart.Metadata`, and no empty member. */
  readonly document: Readonly<Record<string, unknown>>;
}

/** Real ones have a few KB; those with many examples in annotations some hundred. */
const MAX_BYTES = 1024 * 1024;
/** The parser recurses. */
const MAX_DEPTH = 500;
/** Enough for anchors as people use them; nested ones multiply. */
const MAX_ALIASES = 100;

/**
 * Reads Chart.yaml, and the dependencies of a chart of version 1 in requirements.yaml, with the rules of Helm's loader.
 *
 * @throws RemoraError `MALFORMED` for what Helm refuses, and for a member that stands there twice
 */
export function helmMetadata(chart: Uint8Array, requirements?: Uint8Array): HelmMetadata {
  const members = membersOf(chart, 'Chart.yaml');
  if (!members.has('apiversion')) members.set('apiversion', 'v1');
  if (requirements !== undefined)
    for (const [key, value] of membersOf(requirements, 'requirements.yaml')) members.set(key, value);
  const document = METADATA(members, 'Chart.yaml') ?? {};
  const { name, version, type = '', annotations = {} } = document;
  if (typeof name !== 'string') throw refused('it has no name');
  if (name !== basename(name)) throw refused(`its name is ${quote(name)}, wanted it without a slash`);
  if (typeof version !== 'string') throw refused('it has no version');
  if (!SEMVER.test(version)) throw refused(`its version is ${quote(version)}, wanted a semantic version like 1.2.3`);
  if (!['', 'application', 'library'].includes(String(type)))
    throw refused(`its type is ${quote(String(type))}, wanted application or library`);
  const own = typeof annotations === 'object' && annotations !== null ? Object.entries(annotations) : [];
  return { name, version, annotations: own.map(([key, value]) => [key, String(value)]), document };
}

/** As Go writes JSON: so the bytes, and the digest, are those of Helm. */
export function goJson(value: unknown): string {
  const escaped = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

/** As Helm's library for versions takes them: fewer parts are enough, each below 2^64, and a `v` may lead. */
const SEMVER =
  /^v?\d{1,19}(\.\d{1,19}){0,2}(-(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** The members of a document; names count without their case, as in Go. */
function membersOf(bytes: Uint8Array, file: string): Map<string, unknown> {
  if (bytes.length > MAX_BYTES) throw refused(`it has ${bytes.length} bytes, wanted at most ${MAX_BYTES}`, file);
  const value = parseYaml(decode(bytes, file), file);
  if (!(value instanceof Map)) throw refused('it has no members', file);
  return new Map([...value].map(([key, member]) => [nameOf(key), member]));
}

function requireOnce(contents: Node | null, file: string): void {
  const names = new Set<string>();
  for (const { key } of isMap(contents) ? contents.items : []) {
    const name = isScalar(key) ? nameOf(key.value) : '';
    if (names.has(name)) throw refused(`it has ${quote(name)} twice`, file);
    names.add(name);
  }
}

function nameOf(key: unknown): string {
  return String(key).toLowerCase();
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refused('it is not UTF-8', file);
  }
}

/** The parser takes a point alone for a number. */
const DECIMAL = /^[-+]?(?=\.?\d)(?:\d[\d_]*)?\.[\d_]*$/;

/** YAML 1.1, without its dates and its numbers of base 60, as the library of Helm reads it. */
function parseYaml(text: string, file: string): unknown {
  if (isTooDeep(text, MAX_DEPTH)) throw refused(`wanted at most ${MAX_DEPTH} levels of nesting`, file);
  const document = parseDocument(text, {
    version: '1.1',
    intAsBigInt: true,
    prettyErrors: false,
    // Looking for equal names takes the square of their number; those that count are looked for above.
    uniqueKeys: false,
    customTags: (tags) =>
      tags
        .filter((tag) => typeof tag === 'string' || !(tag.tag.endsWith(':timestamp') || tag.format === 'TIME'))
        .map((tag) => (typeof tag !== 'string' && tag.test?.test('.') ? { ...tag, test: DECIMAL } : tag)),
  });
  const issue = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  if (issue !== undefined) throw refused(issue.message.split('\n')[0] ?? '', file);
  requireOnce(document.contents, file);
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES, mapAsMap: true });
  } catch (error) {
    // The parser's error for too many aliases.
    if (!(error instanceof ReferenceError)) throw error;
    throw refused(error.message, file);
  }
}

function refused(problem: string, file = 'Chart.yaml'): RemoraError {
  return new RemoraError('MALFORMED', `${file} cannot be used: ${problem}`);
}

/** Reads a value; undefined where it is empty, which Go leaves out. */
type Read = (value: unknown, path: string) => unknown;

/** A text; numbers and truth values become one, as in Helm's library for YAML. */
const plain: Read = (value, path) => {
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'bigint' && (value >= 2n ** 64n || value < -(2n ** 63n))) return goFloat(Number(value));
  if (typeof value === 'number') return goFloat(value);
  if (['string', 'bigint', 'boolean'].includes(typeof value)) return String(value);
  throw refused(`${path} is not a text`);
};

/** A number as Helm's library for YAML makes a text of it: Go's `FormatFloat(value, 'g', -1, 32)`. */
function goFloat(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(single)) return single < 0 ? '-Inf' : '+Inf';
  if (single === 0) return Object.is(single, -0) ? '-0' : '0';
  let shortest = '';
  for (let digits = 0; digits < 9 && Math.fround(Number(shortest)) !== single; digits += 1)
    shortest = single.toExponential(digits);
  const [mantissa = '', exponent = ''] = shortest.split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(shortest));
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A text of which Helm keeps what can be printed, on one line. */
const text: Read = (value, path) => {
  const read = plain(value, path);
  if (typeof read !== 'string') return undefined;
  return read.replace(/\p{White_Space}/gu, ' ').replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '') || undefined;
};

const flag: Read = (value, path) => {
  if (value === undefined || value === null || value === false) return undefined;
  if (value === true) return true;
  throw refused(`${path} is not true or false`);
};

const list =
  (read: Read): Read =>
  (value, path) => {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw refused(`${path} is not a list`);
    const items: readonly unknown[] = value;
    return items.length === 0 ? undefined : items.map((item, index) => read(item, `${path}[${index}]`) ?? '');
  };

/** Members in this order; each is found without its case. */
function record(fields: readonly (readonly [string, Read])[]) {
  return (value: unknown, path: string): Readonly<Record<string, unknown>> => {
    if (!(value instanceof Map)) throw refused(`${path} is not a map`);
    const members = new Map<string, unknown>();
    for (const [key, member] of value) members.set(nameOf(key), member);
    const read = fields.map(([name, field]) => [name, field(members.get(name.toLowerCase()), `${path}: ${name}`)]);
    return Object.fromEntries(read.filter(([, member]) => member !== undefined));
  };
}

const texts: Read = (value, path) => {
  if (value === undefined || value === null) return undefined;
  if (!(value instanceof Map)) throw refused(`${path} is not a map`);
  const entries = [...value].map(([key, member]): readonly [string, unknown] => [
    String(key),
    plain(member, `${path}.${String(key)}`) ?? '',
  ]);
  return entries.length === 0 ? undefined : Object.fromEntries(sorted(entries));
};

/** Any value, in the form of JSON. */
const any: Read = (value, path) => {
  if (Array.isArray(value)) return value.map((item, index) => any(item, `${path}[${index}]`));
  if (typeof value === 'bigint') return Number(value);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries(
    sorted([...value].map(([key, item]) => [String(key), any(item, `${path}.${String(key)}`)])),
  );
};

const always =
  (read: Read): Read =>
  (value, path) =>
    read(value, path) ?? '';

function sorted<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

const DEPENDENCY = record([
  ['name', always(text)],
  ['version', text],
  ['repository', always(text)],
  ['condition', text],
  ['tags', list(text)],
  ['enabled', flag],
  ['import-values', list(any)],
  ['alias', plain],
]);

/** Helm's `chart.Metadata` and `chart.Dependency`, in their order. */
const METADATA = record([
  ['name', text],
  ['home', text],
  ['sources', list(text)],
  ['version', plain],
  ['description', text],
  ['keywords', list(text)],
  [
    'maintainers',
    list(
      record([
        ['name', text],
        ['email', text],
        ['url', text],
      ]),
    ),
  ],
  ['icon', text],
  ['apiVersion', plain],
  ['condition', text],
  ['tags', text],
  ['appVersion', text],
  ['deprecated', flag],
  ['annotations', texts],
  ['kubeVersion', text],
  ['dependencies', list(DEPENDENCY)],
  ['type', plain],
]);
