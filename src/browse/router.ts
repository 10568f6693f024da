import { quote } from '../oci/text/quote.js';
import { Refusal } from '../serve/answer.js';
import { artifactPage } from './pages/artifact.js';
import type { Ask } from './pages/ask.js';
import { download } from './pages/download.js';
import { filePage } from './pages/file.js';
import { manifestPage } from './pages/manifest.js';
import { openPlace } from './pages/open.js';
import { repositoriesPage } from './pages/repositories.js';
import { startPage } from './pages/start.js';
import { tagsPage } from './pages/tags.js';
import type { Answer } from './site/answer.js';
import type { PageName } from './site/links.js';

const ROUTES: Readonly<Record<PageName, (ask: Ask) => Promise<Answer>>> = {
  start: startPage,
  open: openPlace,
  repositories: repositoriesPage,
  tags: tagsPage,
  artifact: artifactPage,
  manifest: manifestPage,
  file: filePage,
  download,
};

/** Gives the answer for the last part of a path; @throws Refusal 404, RemoraError as the operations */
export async function answerTo(name: string, ask: Ask): Promise<Answer> {
  if (name === '') return { kind: 'redirect', to: ask.site.home };
  const route = Object.entries(ROUTES).find(([page]) => page === name)?.[1];
  if (route === undefined) throw new Refusal(404, 'UNSUPPORTED', `${quote(name)} is not a page`);
  return route(ask);
}
