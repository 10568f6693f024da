/** The text of a document, and the encoding that it is in. */
export interface DecodedText {
  /** Without a byte order mark. */
  readonly text: string;
  /** As people write it, like `UTF-16`; `UTF-8` is what all formats expect. */
  readonly encoding: string;
}

/** Decodes parts of a text in their order; the last call has `isLast`. @returns undefined for bytes that are not of the encoding */
export type Decode = (bytes: Uint8Array, isLast: boolean) => string | undefined;

/** An encoding that the beginning of a document tells. */
export interface Encoding {
  readonly name: string;
  /** Undefined where this program cannot decode it. */
  readonly decoder: (() => Decode) | undefined;
}

/** Marks at the beginning, longest first: that of UTF-32 begins like that of UTF-16. */
const MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe, 0, 0], 'UTF-32LE'],
  [[0, 0, 0xfe, 0xff], 'UTF-32BE'],
  [[0xef, 0xbb, 0xbf], 'UTF-8'],
  [[0xff, 0xfe], 'UTF-16LE'],
  [[0xfe, 0xff], 'UTF-16BE'],
];

/** So much of a document holds an XML declaration. */
const DECLARATION = 1024;

/**
 * The encoding of a document: by its byte order mark, else by where the zeros of its first characters stand (XML 1.0,
 * appendix F; RFC 4627 §3), else by its XML declaration, else UTF-8.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const mark = MARKS.find(([start]) => start.every((byte, at) => bytes[at] === byte))?.[1];
  const name = mark ?? byZeros(bytes) ?? declared(bytes) ?? 'UTF-8';
  if (name.startsWith('UTF-32')) return { name, decoder: () => utf32(name === 'UTF-32LE') };
  return { name, decoder: isKnown(name) ? () => byPlatform(name) : undefined };
}

/** All text of `bytes`; undefined for what is not text. At a cut, a character may be missing its end. */
export function decodeDocument(bytes: Uint8Array, whole: boolean): DecodedText | undefined {
  const { name, decoder } = encodingOf(bytes);
  const text = decoder?.()(bytes, whole);
  return text === undefined ? undefined : { text, encoding: name.replace(/[LB]E$/, '') };
}

function byZeros([a, b, c, d]: Uint8Array): string | undefined {
  const zeros = [a, b, c, d].map((byte) => (byte === undefined ? '' : byte === 0 ? '0' : 'x')).join('');
  const name = { x0x0: 'UTF-16LE', '0x0x': 'UTF-16BE', x000: 'UTF-32LE', '000x': 'UTF-32BE' }[zeros];
  // All of these documents begin with one of a few characters; binary data begins with anything.
  return [a, b, d].some((byte) => byte !== undefined && /[\s{[<#S"-]/.test(String.fromCharCode(byte)))
    ? name
    : undefined;
}

function declared(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, DECLARATION)).toString('latin1');
  return /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']/.exec(start)?.[1]?.toUpperCase();
}

function isKnown(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return false;
  }
}

function byPlatform(name: string): Decode {
  const decoder = new TextDecoder(name, { fatal: true });
  return (bytes, isLast) => {
    try {
      return decoder.decode(bytes, { stream: !isLast });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return undefined;
    }
  };
}

/** UTF-32, which the platform does not decode. */
function utf32(isLittle: boolean): Decode {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  return (bytes, isLast) => {
    const all = Buffer.concat([rest, bytes]);
    const points: string[] = [];
    let at = 0;
    for (; at + 4 <= all.length; at += 4) {
      const point = isLittle ? all.readUInt32LE(at) : all.readUInt32BE(at);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return undefined;
      if (!isFirst || point !== 0xfeff) points.push(String.fromCodePoint(point));
      isFirst = false;
    }
    rest = all.subarray(at);
    return isLast && rest.length > 0 ? undefined : points.join('');
  };
}
