/** Characters from the beginning that are kept, without comments. */
const KEPT = 1024 * 1024;
/** Elements of SPDX 2 in RDF that may stand behind all packages, with their content. */
const LATE = /<(?:[\w.-]{1,40}:)?(?:SpdxDocument|created|spdxVersion|SPDXID|dataLicense)[\s>][^<]{0,200}/g;
/** The longest of these: so much of a part is looked at again with the next. */
const OVERLAP = 512;
const KEPT_LATE = 64 * 1024;

/** Shortens an XML document that is read in parts: comments are left out, and of what follows all but a few elements. */
export class XmlCondenser {
  #kept = '';
  #late = '';
  /** The end of the last part, which the next one may complete. */
  #rest = '';
  #isComment = false;

  push(part: string): void {
    let text = this.#rest + part;
    this.#rest = '';
    while (text !== '') {
      const mark = this.#isComment ? '-->' : '<!--';
      const at = text.indexOf(mark);
      if (at < 0) {
        const keep = Math.max(0, text.length - OVERLAP);
        if (!this.#isComment) this.#add(text.slice(0, keep));
        this.#rest = text.slice(keep);
        return;
      }
      if (!this.#isComment) this.#add(text.slice(0, at));
      text = text.slice(at + mark.length);
      this.#isComment = !this.#isComment;
    }
  }

  /** Memory is bounded for every document. */
  readonly isTooLong = false;

  /** The shortened document. */
  get condensed(): string {
    return this.#kept + this.#late + (this.#isComment ? '' : this.#rest);
  }

  #add(text: string): void {
    if (this.#kept.length < KEPT) this.#kept += text;
    else if (this.#late.length < KEPT_LATE) this.#late += [...text.matchAll(LATE)].map(([element]) => element).join('');
  }
}
