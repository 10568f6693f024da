import type { PageCall } from '../serve/server.js';
import { answerPage, folderAbove } from './exchange.js';
import { ServedPlaces } from './site/served.js';

/** Answers with pages of the repositories of a server, to those whom it has let in. */
export function servedPages({ path, request, repositories, ...call }: PageCall): Promise<void> {
  const site = new ServedPlaces(repositories, request.headers.host ?? 'HOST');
  const name = path.slice(1);
  return answerPage(site, { ...call, request, name, folder: folderAbove(name) });
}
