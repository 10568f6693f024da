import type { Answer } from '../site/answer.js';
import { link, type PageName } from '../site/links.js';
import type { Spot } from '../site/site.js';
import { type Ask, required } from './ask.js';

const PAGES: Readonly<Record<Spot['kind'], PageName>> = {
  catalog: 'repositories',
  repository: 'tags',
  manifest: 'artifact',
};

/** `open`: leads to the page that shows a place. */
export async function openPlace({ site, query }: Ask): Promise<Answer> {
  const { kind, text } = site.locate(required(query, 'place'));
  return { kind: 'redirect', to: link(PAGES[kind], { place: text }) };
}
