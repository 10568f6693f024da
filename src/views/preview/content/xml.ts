import { RemoraError } from '../../../errors.js';

/** An element of XML; names have no prefixes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

interface Open extends XmlElement {
  readonly children: XmlElement[];
  readonly tag: string;
  text: string;
}

const MAX_DEPTH = 100;
const NONE: ReadonlyMap<string, string> = new Map();

/** `>` */
const TAG_END = 0x3e;

const NAME = /[^\s<>/=&"']+/y;
const ATTRIBUTE = /\s+([^\s<>/=&"']+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const END_OF_TAG = /\s*(\/?)>/y;

/**
 * The outermost element of a document. Entities of a document's own are not read: a document type is refused.
 *
 * @throws RemoraError `MALFORMED`
 */
export function parseXml(text: string): XmlElement {
  const open: Open[] = [{ name: '', tag: '', attributes: NONE, children: [], text: '' }];
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const top = open.at(-1);
    if (top === undefined) break;
    top.text += entities(text.slice(at, next < 0 ? text.length : next));
    if (next < 0) break;
    if (text.startsWith('<!--', next)) at = behind(text, '-->', next);
    else if (text.startsWith('<?', next)) at = behind(text, '?>', next);
    else if (text.startsWith('<![CDATA[', next)) {
      at = behind(text, ']]>', next);
      top.text += text.slice(next + '<![CDATA['.length, at - ']]>'.length);
    } else if (text.startsWith('</', next)) at = close(text, next, open);
    else at = begin(text, next, open);
  }
  const [root] = open[0]?.children ?? [];
  if (root === undefined || open.length !== 1) throw broken('an element is not closed', text.length);
  return root;
}

function begin(text: string, start: number, open: Open[]): number {
  const tag = sticky(NAME, text, start + 1)?.[0];
  if (tag === undefined || tag.startsWith('!')) throw broken('a mark is neither an element nor a comment', start);
  if (open.length > MAX_DEPTH) throw broken(`elements are nested more than ${MAX_DEPTH} levels deep`, start);
  let at = start + 1 + tag.length;
  let attributes: Map<string, string> | undefined;
  // Most elements have no attributes.
  while (text.charCodeAt(at) !== TAG_END) {
    const found = sticky(ATTRIBUTE, text, at);
    if (found === null) break;
    const [all, name = '', double, single = ''] = found;
    attributes ??= new Map();
    attributes.set(name, entities(double ?? single));
    at += all.length;
  }
  const end = sticky(END_OF_TAG, text, at);
  if (end === null) throw broken('a tag is not closed', start);
  const element = {
    name: local(tag),
    tag,
    attributes: attributes ?? NONE,
    children: [],
    text: '',
  };
  open.at(-1)?.children.push(element);
  if (end[1] === '') open.push(element);
  return at + end[0].length;
}

function close(text: string, start: number, open: Open[]): number {
  const end = behind(text, '>', start);
  const tag = text.slice(start + 2, end - 1).trimEnd();
  const closed = open.length > 1 ? open.pop() : undefined;
  if (closed?.tag !== tag) throw broken('an end tag closes another element', start);
  return end;
}

function sticky(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function behind(text: string, mark: string, start: number): number {
  const found = text.indexOf(mark, start + 2);
  if (found < 0) throw broken(`"${mark}" is missing`, start);
  return found + mark.length;
}

function local(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function entities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|([a-z]{1,8}));/g, (all, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(name) ?? all;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

function broken(problem: string, at: number): RemoraError {
  return new RemoraError('MALFORMED', `The document is not well-formed XML: ${problem} (character ${at + 1})`);
}
