/** The bytes of base64 in either alphabet, or undefined. Of text that was cut, what whole groups give. */
export function fromBase64(text: string, whole = true): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(whole ? text : text.slice(0, text.length - (text.length % 4)), 'base64');
}

/** Bytes as UTF-8 text without a byte order mark, or undefined. At a cut, a character may be missing its end. */
export function decodeText(bytes: Uint8Array, whole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return undefined;
  }
}
