import { isRemoraError } from '../../errors.js';
import { isTag } from '../../oci/names/reference.js';
import { Refusal } from '../../serve/answer.js';
import { notice } from '../../views/html/blocks.js';
import { html } from '../../views/html/html.js';
import type { PageAnswer } from '../site/answer.js';
import { statusOf } from '../site/failure.js';
import { link } from '../site/links.js';
import type { Site, Spot } from '../site/site.js';
import { toldOf } from '../site/told.js';
import { wayTo } from './ask.js';

const MAX_CANDIDATES = 50;

/** The page that says of an error what the command would say. */
export function errorPage(error: unknown, site: Site, place: string | undefined): PageAnswer {
  const told = toldOf(error);
  const { code, message, hint, candidates = [] } = error instanceof Refusal ? told : site.tell(told);
  const status = statusOf(error);
  const title = status === 404 ? 'Not found' : (TITLES[code] ?? 'This failed');
  const headers = error instanceof Refusal ? error.options.headers : undefined;
  const spot = place === undefined ? undefined : spotAt(place, site);
  const main = html`<h1>${title}</h1>
${notice('bad', html`<p><strong>${message}</strong></p>${hint !== undefined && html`<p>${hint}</p>`}`)}
${place !== undefined && html`<p>Place: <code>${place}</code></p>`}
${candidates.length > 0 && html`<h2>What is there</h2><ul id="candidates" class="names">${candidates.slice(0, MAX_CANDIDATES).map((one) => html`<li>${choice(one, spot)}</li>`)}</ul>`}
${candidates.length > MAX_CANDIDATES && html`<p>… and ${candidates.length - MAX_CANDIDATES} more</p>`}
<p class="muted">Code <code>${code}</code>, status ${status}</p>`;
  return { kind: 'page', status, headers, title, main, place, crumbs: spot && wayTo(spot) };
}

/** A candidate leads to its page where it is a reference or a digest, or one of the tags instead of one that is missing. */
function choice(candidate: string, spot: Spot | undefined) {
  const target = targetOf(candidate, spot);
  if (target === undefined) return html`<bdi>${candidate}</bdi>`;
  return html`<a href="${link('artifact', { place: target })}"><bdi>${candidate}</bdi></a>`;
}

function targetOf(candidate: string, { repository, tag, digest }: Partial<Spot> = {}): string | undefined {
  if (repository === undefined) return undefined;
  if (/^sha\d+:[0-9a-f]+$/.test(candidate)) return `${repository}@${candidate}`;
  if (candidate.startsWith(repository)) return candidate;
  return tag !== undefined && digest === undefined && isTag(candidate) ? `${repository}:${candidate}` : undefined;
}

function spotAt(place: string, site: Site): Spot | undefined {
  try {
    return site.locate(place);
  } catch (failure) {
    // The text itself may be the error that is told.
    if (isRemoraError(failure)) return undefined;
    throw failure;
  }
}

const TITLES: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: 'This is not a place',
  NOT_FOUND: 'Not found',
  NO_MATCH: 'Not found',
  UNAUTHORIZED: 'A login is needed',
  FORBIDDEN: 'Access is refused',
  AMBIGUOUS: 'There are several',
  UNREACHABLE: 'Not reached',
  TIMEOUT: 'No answer in time',
  BUSY: 'The registry is busy',
  UNSUPPORTED: 'This cannot be shown',
  DIGEST_MISMATCH: 'The content is damaged',
  SIZE_MISMATCH: 'The content is damaged',
  MALFORMED: 'This cannot be read',
  DENIED: 'Access is refused',
  TOOMANYREQUESTS: 'Too many requests',
  MISDIRECTED: 'This name is not answered to',
};
