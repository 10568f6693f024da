/** A block of a PEM file (RFC 7468). */
export interface PemBlock {
  /** The text between `BEGIN` and the dashes, such as `PUBLIC KEY`. */
  readonly label: string;
  /** The block with its first and last line. */
  readonly text: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9][A-Z0-9 ]{0,60})-----\s[^-]*-----END \1-----/g;

/** The blocks of a text, in their order. Text between blocks is allowed (RFC 7468, section 2). */
export function pemBlocks(text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK)].map(([block, label = '']) => ({ label, text: block }));
}
