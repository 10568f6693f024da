import { RemoraError } from '../../errors.js';
import { quote } from '../text/quote.js';
import { parsePlace } from './place.js';
import { isRepository } from './reference.js';
import { parseRegistry } from './registry.js';

/** Where repositories are listed: a registry, or a directory of image layouts. */
export type CatalogPlace =
  | {
      readonly kind: 'registry';
      readonly registry: string;
      /** Only repositories below this name, and the one of this name. */
      readonly prefix?: string;
    }
  | { readonly kind: 'directory'; readonly path: string };

/**
 * Parses `HOST[:PORT][/PREFIX]`, or a directory as `oci:PATH`, or as a path that starts with `./`, `../` or `/`.
 *
 * @throws RemoraError `INVALID_ARGUMENT`
 */
export function parseCatalogPlace(text: string): CatalogPlace {
  if (/^(oci(-archive)?:|dir:|\.{0,2}\/|\.{1,2}(?:$|[:@]))/.test(text)) return parseDirectory(text);
  const name = text.replace(/^docker:\/\//, '');
  const isUrl = /^[a-z]+:\/\//i.test(name);
  const slash = isUrl ? -1 : name.indexOf('/');
  const registry = parseRegistry(slash < 0 ? name : name.slice(0, slash));
  const prefix = slash < 0 ? '' : name.slice(slash + 1).replace(/\/$/, '');
  if (prefix !== '' && !isRepository(prefix)) throw malformed(text, `has ${quote(prefix)}, which is no part of a name`);
  return { kind: 'registry', registry, ...(prefix === '' ? {} : { prefix }) };
}

function parseDirectory(text: string): CatalogPlace {
  const place = parsePlace(text);
  if (place.tag !== undefined || place.digest !== undefined)
    throw malformed(text, 'names something in a layout, wanted a directory of layouts');
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
