/** Deeper values are left out; `outlineJson` reads no deeper either. */
const KEPT_DEPTH = 8;
/** Members of an object, or elements of an array, that are kept. */
const KEPT_MEMBERS = 256;
/** Characters of a text that are kept: all of what tells a format is shorter. */
const KEPT_TEXT = 64 * 1024;
/** The same behind the first element of an array, where only names and dates are read. */
const KEPT_SHORT_TEXT = 1024;
/** The level of the elements of the outermost arrays, like an SPDX 3 graph. */
const OUTER_ELEMENTS = 3;
/** From this length on only the outermost levels are kept. */
const FULL = 1024 * 1024;
/** A document that stays longer is given up. */
const TOO_LONG = 4 * FULL;

const QUOTE = 0x22;
const COMMA = 0x2c;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
const BACKSLASH = 0x5c;
const U = 0x75;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ASCII = 0x80;

interface Frame {
  readonly isArray: boolean;
  members: number;
  /** `own`: its texts and numbers, and not what is in its objects and arrays. */
  readonly keeps: 'all' | 'own' | 'none';
}

/**
 * Shortens a JSON document that is read in parts to what tells its format: the outermost levels, the first members of each
 * object and array, and of the elements behind the first little more than names. Memory stays bounded.
 */
export class JsonCondenser {
  readonly #frames: Frame[] = [];
  #condensed = '';
  /** True where what comes next is kept. */
  #keeps = true;
  #isText = false;
  /** Characters of an escape that are still to come. */
  #escape = 0;
  #textLength = 0;
  #isCut = false;

  push(part: string): void {
    for (let at = 0; at < part.length && !this.isTooLong; )
      at = this.#isText ? this.#text(part, at) : this.#tokens(part, at);
  }

  /** The shortened document. */
  get condensed(): string {
    return this.#condensed;
  }

  /** True where the document cannot be shortened enough. */
  get isTooLong(): boolean {
    return this.#condensed.length > TOO_LONG;
  }

  /** Reads to the beginning of the next text. */
  #tokens(part: string, start: number): number {
    let from = start;
    for (let at = start; at < part.length; at += 1) {
      const code = part.charCodeAt(at);
      const opens = code === OBJECT || code === ARRAY;
      const closes = code === OBJECT_END || code === ARRAY_END;
      if (!opens && !closes && code !== COMMA && code !== QUOTE) continue;
      if (this.#keeps) this.#condensed += part.slice(from, at);
      from = at;
      if (closes) this.#leave();
      else if (code === COMMA) this.#next();
      // A bracket belongs to the level around it, a comma and a text to that which they are in.
      if (this.#keeps) this.#condensed += part.charAt(at);
      from = at + 1;
      if (opens) this.#enter(code === ARRAY);
      if (code === QUOTE) {
        this.#isText = true;
        this.#textLength = 0;
        this.#isCut = false;
        return from;
      }
    }
    if (this.#keeps) this.#condensed += part.slice(from);
    return part.length;
  }

  #enter(isArray: boolean): void {
    const parent = this.#frames.at(-1);
    const depth = this.#frames.length + 1;
    const isDeep = depth > KEPT_DEPTH || (depth > OUTER_ELEMENTS && this.#condensed.length > FULL);
    const isLater = parent?.isArray === true && parent.members > 0;
    const outer = isLater && depth === OUTER_ELEMENTS ? 'own' : 'none';
    const keeps = !this.#keeps || isDeep || parent?.keeps === 'own' ? 'none' : isLater ? outer : 'all';
    this.#frames.push({ isArray, members: 0, keeps });
    this.#keeps = keeps !== 'none';
  }

  #leave(): void {
    this.#frames.pop();
    const top = this.#frames.at(-1);
    this.#keeps = top === undefined || (top.keeps !== 'none' && top.members < KEPT_MEMBERS);
  }

  #next(): void {
    const top = this.#frames.at(-1);
    if (top === undefined) return;
    top.members += 1;
    this.#keeps &&= top.members < KEPT_MEMBERS;
  }

  /** Reads to the end of a text, or of the part. */
  #text(part: string, start: number): number {
    const top = this.#frames.at(-1);
    const limit = top?.keeps === 'own' || (top?.isArray && top.members > 0) ? KEPT_SHORT_TEXT : KEPT_TEXT;
    let end = start;
    let at = start;
    for (; at < part.length && this.#isText; at += 1) {
      const code = part.charCodeAt(at);
      // The cut falls between two whole characters: the document stays well formed.
      if (this.#textLength > limit && this.#escape === 0 && code < ASCII) this.#isCut = true;
      this.#textLength += 1;
      if (this.#escape > 0) this.#escape += code === U && this.#escape === 1 ? 3 : -1;
      else if (code === BACKSLASH) this.#escape = 1;
      else if (code === QUOTE) this.#isText = false;
      if (!this.#isCut) end = at + 1;
    }
    if (this.#keeps) this.#condensed += `${part.slice(start, end)}${this.#isCut && !this.#isText ? '"' : ''}`;
    return at;
  }
}
