import type { Digest } from '../oci/values/digest.js';
import { given } from '../oci/values/given.js';
import type { ManifestSelector, Precondition } from '../store/interfaces/store.js';
import { Refusal } from './answer.js';
import type { Call } from './call.js';

/** Entity tags in a header: any, or a list; a weak one has `W/` before it (RFC 9110, section 8.8.3). */
type EntityTags = '*' | readonly { readonly isWeak: boolean; readonly tag: string }[];

/**
 * `If-Match` and `If-None-Match` of a PUT (RFC 9110, section 13.1). A manifest's entity tag is its digest in quotes.
 *
 * @throws Refusal 400 for a list that cannot be read: ignored, it would let a write through
 */
export function preconditionOf({ request }: Call, selector: ManifestSelector): Precondition | undefined {
  const { 'if-match': match, 'if-none-match': noneMatch } = request.headers;
  if (match === undefined && noneMatch === undefined) return undefined;
  const [wanted, unwanted] = [tagsIn('If-Match', match), tagsIn('If-None-Match', noneMatch)];
  const check = (present: ReadonlySet<Digest>) => {
    const isWanted = (digest: Digest) => wanted === '*' || listed(wanted, digest, false);
    if (wanted !== undefined && (present.size === 0 || ![...present].every(isWanted)))
      throw failed('If-Match', selector, present);
    const isUnwanted = (digest: Digest) => unwanted === '*' || listed(unwanted, digest, true);
    if ([...present].some(isUnwanted)) throw failed('If-None-Match', selector, present);
  };
  return { selector, check };
}

/** Weak tags count for `If-None-Match` alone (section 13.1.1, 13.1.2). */
function listed(tags: EntityTags | undefined, digest: Digest, weakToo: boolean): boolean {
  if (tags === undefined || tags === '*') return false;
  return tags.some(({ isWeak, tag }) => tag === digest && (weakToo || !isWeak));
}

const NEXT = /[ \t,]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?=,|$)|$)/y;

function tagsIn(name: string, header: string | undefined): EntityTags | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return '*';
  const tags: { isWeak: boolean; tag: string }[] = [];
  NEXT.lastIndex = 0;
  while (NEXT.lastIndex < header.length) {
    const match = NEXT.exec(header);
    if (match === null) throw unreadable(name, header);
    if (match[2] !== undefined) tags.push({ isWeak: match[1] !== undefined, tag: match[2] });
  }
  if (tags.length === 0) throw unreadable(name, header);
  return tags;
}

function unreadable(name: string, header: string): Refusal {
  return new Refusal(400, 'MANIFEST_INVALID', `${name} is not * or a list of digests in double quotes`, {
    detail: { found: header.slice(0, 200) },
  });
}

function failed(name: string, { tag, digest }: ManifestSelector, present: ReadonlySet<Digest>): Refusal {
  const [current] = present;
  const found = current === undefined ? 'is not there' : `is ${current}`;
  return new Refusal(412, 'DENIED', `${tag ?? digest} ${found}: ${name} does not hold`, {
    ...given({ detail: current && { digest: current }, headers: current && { ETag: `"${current}"` } }),
  });
}
