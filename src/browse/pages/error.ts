import { isRemoraError } from '../../errors.js';
import { Refusal } from '../../serve/answer.js';
import { notice } from '../../views/html/blocks.js';
import { html } from '../../views/html/html.js';
import type { PageAnswer } from '../site/answer.js';
import { statusOf } from '../site/failure.js';
import { link } from '../site/links.js';
import type { Site } from '../site/site.js';
import { toldOf } from '../site/told.js';

const MAX_CANDIDATES = 50;

/** The page that says of an error what the command would say. */
export function errorPage(error: unknown, site: Site, place: string | undefined): PageAnswer {
  const told = toldOf(error);
  const { code, message, hint, candidates = [] } = error instanceof Refusal ? told : site.tell(told);
  const status = statusOf(error);
  const title = status === 404 ? 'Not found' : (TITLES[code] ?? 'This failed');
  const headers = error instanceof Refusal ? error.options.headers : undefined;
  const main = html`<h1>${title}</h1>
${notice('bad', html`<p><strong>${message}</strong></p>${hint !== undefined && html`<p>${hint}</p>`}`)}
${place !== undefined && html`<p>Place: <code>${place}</code></p>`}
${candidates.length > 0 && html`<h2>What is there</h2><ul id="candidates" class="names">${candidates.slice(0, MAX_CANDIDATES).map((one) => html`<li>${choice(one, place, site)}</li>`)}</ul>`}
${candidates.length > MAX_CANDIDATES && html`<p>… and ${candidates.length - MAX_CANDIDATES} more</p>`}
<p class="muted">Code <code>${code}</code>, status ${status}</p>`;
  return { kind: 'page', status, headers, title, main, place };
}

/** A candidate leads to its page where it is a reference or a digest. */
function choice(candidate: string, place: string | undefined, site: Site) {
  const repository = place === undefined ? undefined : repositoryOf(place, site);
  const isDigest = /^sha\d+:[0-9a-f]+$/.test(candidate);
  if (repository === undefined || (!isDigest && !candidate.startsWith(repository)))
    return html`<bdi>${candidate}</bdi>`;
  const to = link('artifact', { place: isDigest ? `${repository}@${candidate}` : candidate });
  return html`<a href="${to}"><bdi>${candidate}</bdi></a>`;
}

function repositoryOf(place: string, site: Site): string | undefined {
  try {
    return site.locate(place).repository;
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
