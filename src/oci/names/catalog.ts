import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { given } from '../values/given.js';
import { parsePlace } from './place.js';
import { isRepository } from './reference.js';
import { parseRegistry } from './registry.js';
import { webAddress } from './web-address.js';

/** A place that lists repositories: a registry, or a directory of image layouts. */
export type CatalogPlace =
  | {
      readonly kind: 'registry';
      readonly registry: string;
      /** Lists only the repository of this name, and those below it. */
      readonly prefix?: string;
    }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * Parses `HOST[:PORT][/PREFIX]`, or a directory as `oci:PATH`, or as a path that starts with `./`, `../` or `/`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseCatalogPlace(text: string): CatalogPlace {
  if (/^(oci(-archive)?:|ocidir:\/\/|dir:|\.{0,2}\/|\.{1,2}(?:$|[:@]))/.test(text)) return parseDirectory(text);
  const name = text.replace(/^docker:\/\//, '');
  const web = /^https?:\/\//i.test(name) ? webAddress(name) : undefined;
  if (web !== undefined) {
    const write = web.name === undefined ? web.host : web.name.replace(/[:@][^/]*$/, '');
    throw new RemoraError('INVALID_ARGUMENT', `registry ${quote(web.address)} is a web address`, {
      found: web.address,
      hint: `Write ${write}`,
    });
  }
  const isUrl = /^[a-z]+:\/\//i.test(name);
  const slash = isUrl ? -1 : name.indexOf('/');
  const host = slash < 0 ? name : name.slice(0, slash);
  if (/^[\w-]+$/.test(host) && host !== 'localhost')
    throw malformed(text, `has ${quote(host)}, which has no dot and no port`);
  const registry = parseRegistry(host);
  const prefix = slash < 0 ? '' : name.slice(slash + 1).replace(/\/$/, '');
  if (prefix !== '' && !isRepository(prefix))
    throw malformed(text, `has ${quote(prefix)}, which is not a repository name`);
  return { kind: 'registry', registry, ...given({ prefix: prefix || undefined }) };
}

function parseDirectory(text: string): CatalogPlace {
  const place = parsePlace(text);
  if (place.tag !== undefined || place.digest !== undefined)
    throw malformed(text, 'has a tag or digest, wanted a directory of layouts');
  if (place.kind === 'layout') return { kind: 'directory', path: place.path };
  const what = place.kind === 'archive' ? 'an archive, which is one layout' : 'a directory with one image';
  throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} is ${what}, wanted a directory of layouts`, {
    found: text,
    hint: 'See its tags with repo tags',
  });
}

function malformed(text: string, why: string): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', `registry ${quote(text)} ${why}`, {
    found: text,
    hint: 'Write it like ghcr.io, localhost:5000/team, or oci:./layouts for image layouts',
  });
}
