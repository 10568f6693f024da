import { RemoraError } from '../../errors.js';
import type { Crumb } from '../site/answer.js';
import { link } from '../site/links.js';
import type { Site, Spot } from '../site/site.js';

/** A request for a page. */
export interface Ask {
  readonly site: Site;
  readonly query: URLSearchParams;
  /** Aborted when the browser is gone. */
  readonly signal: AbortSignal;
}

/** @throws RemoraError `INVALID_ARGUMENT` without the parameter */
export function required(query: URLSearchParams, name: string): string {
  const value = query.get(name)?.trim() ?? '';
  if (value !== '') return value;
  throw new RemoraError('INVALID_ARGUMENT', `the address of this page lacks ${name}`, {
    hint: 'Begin at the start page',
  });
}

/** The way from a registry or a layout to a page. */
export function wayTo(
  { kind, text, repository, catalog, tag, digest }: Spot,
  ...more: readonly Crumb[]
): readonly Crumb[] {
  const registry = catalog === undefined ? [] : [{ text: catalog, to: link('repositories', { place: catalog }) }];
  if (kind === 'catalog' || repository === undefined)
    return [{ text, to: link('repositories', { place: text }) }, ...more];
  const name =
    catalog !== undefined && repository.startsWith(`${catalog}/`) ? repository.slice(catalog.length + 1) : repository;
  const own = { text: name, to: link('tags', { place: repository }) };
  const selected = [tag, digest && shortDigest(digest)].flatMap((one) =>
    one === undefined || one === '' ? [] : [one],
  );
  const one = selected.length === 0 ? [] : [{ text: selected.join('@'), to: link('artifact', { place: text }) }];
  return [...registry, own, ...one, ...more];
}

/** The first digits of a digest. */
export function shortDigest(digest: string): string {
  return digest.replace(/^([^:]+:.{12}).*$/, '$1…');
}
