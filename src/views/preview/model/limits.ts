/** Bytes of a file that a preview reads: a longer one is shown as text, by its beginning. */
export const MAX_BYTES = 16 * 1024 * 1024;
/** Rows of a table. */
export const MAX_ROWS = 1000;
/** Characters of a cell, or of a fact. */
export const MAX_CELL = 300;
/** Names that stand in one cell. */
export const MAX_NAMES = 8;
/** Tables and facts of one document: a report may have a million runs. */
export const MAX_PARTS = 40;
/** Documents that stand one behind the other. */
export const MAX_DOCUMENTS = 20;
/** Levels of documents in documents. */
export const MAX_INNER = 4;
