import type { Format } from '../../formats/kinds/kind.js';

/** Formats that can hold any document, and the tag under which cosign keeps it. */
const WRAPPERS: readonly Format[] = ['dsse', 'in-toto', 'cosign'];

/** The format that says most about an attachment: the innermost, but for statements of any content. */
export function tellingFormat(formats: readonly Format[] = []): Format | undefined {
  return formats.findLast((one) => !WRAPPERS.includes(one)) ?? formats.at(-1);
}
