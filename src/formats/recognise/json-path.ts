import type { JsonNode } from './json-outline.js';

/** The value to which names and indexes lead, or undefined. */
export function nodeAt(node: JsonNode | undefined, ...path: readonly (string | number)[]): JsonNode | undefined {
  return path.reduce<JsonNode | undefined>((parent, step) => {
    if (parent instanceof Map) return typeof step === 'string' ? parent.get(step) : undefined;
    return Array.isArray(parent) && typeof step === 'number' ? parent[step] : undefined;
  }, node);
}

/** The text at the end of a path; undefined where there is none. */
export function textAt(node: JsonNode | undefined, ...path: readonly (string | number)[]): string | undefined {
  const found = nodeAt(node, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** True when a text is one of these. Longer ones are none, and patterns need not fear them. */
export function fits(pattern: RegExp, text: string | undefined): boolean {
  return text !== undefined && text.length <= 1000 && pattern.test(text);
}

export function isObject(node: JsonNode | undefined): node is Map<string, JsonNode> {
  return node instanceof Map;
}

/** The elements of an array; none for anything else. */
export function elementsOf(node: JsonNode | undefined): readonly JsonNode[] {
  return Array.isArray(node) ? node : [];
}
