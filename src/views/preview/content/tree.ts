import { isObject } from '../../../oci/text/lenient.js';
import type { Tree, TreeMember, TreeNode } from '../model/preview.js';

/** Values of a document that are shown. */
const MAX_VALUES = 4000;
/** Members of an object, or elements of an array. */
const MAX_MEMBERS = 200;
/** Levels; a page nests as many elements. */
const MAX_DEPTH = 40;
const MAX_STRING = 1000;

/** A document of JSON, as much of it as a page can show. */
export function treeOf(value: unknown, title: string, isOpen: boolean): Tree {
  const left = { values: MAX_VALUES };
  return { type: 'tree', title, isOpen, root: nodeOf(value, left, 0) };
}

interface Left {
  values: number;
}

function nodeOf(value: unknown, left: Left, depth: number): TreeNode {
  left.values -= 1;
  if (Array.isArray(value)) {
    const elements: TreeNode[] = [];
    for (const element of value) {
      if (!hasRoom(left, depth, elements.length)) break;
      elements.push(nodeOf(element, left, depth + 1));
    }
    return { type: 'array', elements, more: value.length - elements.length };
  }
  if (isObject(value)) return objectOf(value, left, depth);
  if (typeof value === 'string') {
    const text = value.slice(0, MAX_STRING).replace(/[\ud800-\udbff]$/, '');
    return { type: 'string', text, more: value.length - text.length };
  }
  if (typeof value === 'number' || typeof value === 'boolean')
    return { type: typeof value === 'number' ? 'number' : 'boolean', text: String(value), more: 0 };
  return { type: 'null', text: 'null', more: 0 };
}

function objectOf(value: Readonly<Record<string, unknown>>, left: Left, depth: number): TreeNode {
  const names = Object.keys(value);
  const members: TreeMember[] = [];
  for (const name of names) {
    if (!hasRoom(left, depth, members.length)) break;
    members.push({ name: name.slice(0, MAX_STRING), value: nodeOf(value[name], left, depth + 1) });
  }
  return { type: 'object', members, more: names.length - members.length };
}

function hasRoom({ values }: Left, depth: number, members: number): boolean {
  return values > 0 && depth < MAX_DEPTH && members < MAX_MEMBERS;
}
