import type { Fact, Note, Part, Preview } from './preview.js';
import type { JsonObject } from './values.js';

/** A document that a reader has read. */
export interface Read {
  /** A noun with its article. */
  readonly what: string;
  readonly notes?: readonly Note[];
  readonly parts: readonly Part[];
}

/** Looks at a document in the document: bytes, or a value of it. */
export interface Within {
  bytes(content: Uint8Array): Preview;
  value(value: unknown): Preview;
  /** Bytes that a signature covers. */
  signed(content: Uint8Array): Preview;
  /** True where the document itself is such bytes. */
  readonly isSigned: boolean;
}

/** Reads a document of one format; undefined for any other. */
export type Reader = (document: JsonObject, within: Within) => Read | undefined;

/** Facts, without those that have no value. */
export function facts(title: string, pairs: readonly (readonly [name: string, value: string])[]): readonly Part[] {
  const some: Fact[] = pairs.flatMap(([name, value]) => (value === '' ? [] : [{ name, value }]));
  return some.length === 0 ? [] : [{ type: 'facts', title, facts: some }];
}
