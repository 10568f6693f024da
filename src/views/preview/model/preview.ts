import type { Format, Kind } from '../../../formats/kinds/kind.js';

/** A file as people look at it, as data. Texts are as the file has them; each is bounded. */
export interface Preview {
  /** A noun, with its article where it has one: "an SPDX document (JSON)". */
  readonly what: string;
  readonly kind?: Kind;
  readonly format?: Format;
  readonly notes: readonly Note[];
  readonly parts: readonly Part[];
}

/** A sentence about the preview. */
export interface Note {
  readonly level: 'info' | 'warning';
  readonly text: string;
}

export type Part = Facts | Table | Tree | Text | Hex | Inner;

/** Names and values. */
export interface Facts {
  readonly type: 'facts';
  readonly title: string;
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A cell; `detail` stands below, and smaller. */
export interface Cell {
  readonly text: string;
  readonly detail?: string;
}

/** How a column is shown: a `level` like `error` and a `status` like `fixed` have colours, `code` is set in one width. */
export type ColumnStyle = 'text' | 'code' | 'level' | 'number';

export interface Column {
  readonly name: string;
  readonly style: ColumnStyle;
}

/** The first rows of a list. */
export interface Table {
  readonly type: 'table';
  readonly title: string;
  /** A noun for one row, and for several. */
  readonly nouns: readonly [one: string, many: string];
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** The number of rows that the document has. */
  readonly total: number;
}

/** A JSON document, as much of it as is shown. */
export interface Tree {
  readonly type: 'tree';
  readonly title: string;
  /** False behind a table of the same document. */
  readonly isOpen: boolean;
  readonly root: TreeNode;
}

/** A value of a document; `more` counts members, elements or characters that are left out. */
export type TreeNode =
  | { readonly type: 'object'; readonly members: readonly TreeMember[]; readonly more: number }
  | { readonly type: 'array'; readonly elements: readonly TreeNode[]; readonly more: number }
  | { readonly type: 'string' | 'number' | 'boolean' | 'null'; readonly text: string; readonly more: number };

export interface TreeMember {
  readonly name: string;
  readonly value: TreeNode;
}

/** The first lines of a text. */
export interface Text {
  readonly type: 'text';
  readonly title: string;
  readonly isOpen: boolean;
  readonly lines: readonly string[];
  /** True where lines, or ends of lines, are left out. */
  readonly isCut: boolean;
}

/** The first bytes of a file that is not text. */
export interface Hex {
  readonly type: 'hex';
  readonly lines: readonly HexLine[];
  /** Bytes that are left out. */
  readonly more: number;
}

export interface HexLine {
  readonly offset: string;
  readonly bytes: string;
  /** The bytes as ASCII, `.` for those that are not printed. */
  readonly text: string;
}

/** A document in the document. */
export interface Inner {
  readonly type: 'inner';
  readonly title: string;
  readonly preview: Preview;
}
