import { parseXml, type XmlElement } from '../content/xml.js';
import type { Read } from '../model/reader.js';
import { cyclonedxRead } from './cyclonedx.js';

/**
 * CycloneDX in XML (1.2 to 1.7, XML schema), read as its JSON.
 *
 * @returns undefined for another document
 * @throws RemoraError `MALFORMED` for what is not XML
 */
export function cyclonedxXml(text: string): Read | undefined {
  const root = parseXml(text);
  if (root.name !== 'bom') return undefined;
  const namespace = [...root.attributes.values()].find((value) =>
    /^https?:\/\/cyclonedx\.org\/schema\/bom\//.test(value),
  );
  const specVersion = namespace?.slice(namespace.lastIndexOf('/') + 1);
  return cyclonedxRead('XML', { ...membersOf(root), specVersion });
}

/** Elements that are lists of their children. */
const LISTS = new Set(['components', 'services', 'licenses', 'vulnerabilities', 'ratings', 'affects', 'tools']);

function jsonOf(element: XmlElement): unknown {
  const { name, attributes, children, text } = element;
  // Tools are components and services since 1.5.
  if (LISTS.has(name) && !(name === 'tools' && children.some((child) => LISTS.has(child.name))))
    return children.map((child) => (name === 'licenses' ? { [child.name]: jsonOf(child) } : jsonOf(child)));
  if (children.length === 0 && (attributes.size === 0 || text.trim() !== '')) return text.trim();
  return membersOf(element);
}

/** Of elements with one name, the first counts. */
function membersOf({ attributes, children }: XmlElement): Readonly<Record<string, unknown>> {
  const members = new Map<string, unknown>(attributes);
  for (const child of children) if (!members.has(child.name)) members.set(child.name, jsonOf(child));
  return Object.fromEntries(members);
}
