import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, send } from '../serve/answer.js';
import { listen } from '../serve/listen.js';
import { whenOver } from '../serve/server.js';
import { refuseWebPages } from '../serve/web-pages.js';
import { Admission, TOKEN } from './admission.js';
import { AnyPlace, type AnyPlaceOptions } from './site/any-place.js';

export { registryOf } from './site/any-place.js';

import { answerPage } from './exchange.js';
import { framed, PAGE_POLICY } from './frame.js';
import { PROTECTING } from './headers.js';
import { refusedPage } from './pages/refused.js';

/** Options of {@link browse}. */
export interface BrowseOptions extends AnyPlaceOptions {
  /** The place of the first page. @default the start page */
  readonly place?: string | undefined;
  /** 0 takes a free one. @default 0 */
  readonly port?: number | undefined;
}

/** A server of pages. */
export interface Browsing {
  /** The address of the pages, with the token that lets its holder in. */
  readonly url: string;
  /** An address for one use: others see the command line that hands it to a browser. */
  launchUrl(): string;
  close(grace?: number): Promise<void>;
}

/** Made once: an abort would make an error with a stack for each request. */
const GONE = new Error('the browser is gone');

/**
 * Serves pages of every place that remora reads, on loopback, to the holder of a token.
 *
 * @throws RemoraError `INVALID_ARGUMENT` for a text that is not a place, `EXISTS` (the port is taken), `IO`; as opening does
 * for a place in the file system, before anything is listened on
 */
export async function browse(options: BrowseOptions): Promise<Browsing> {
  const { place, port = 0 } = options;
  const site = new AnyPlace(place, options);
  if (place !== undefined) await site.check(place);
  const admission = new Admission();
  const server = await listen((request, response) => void answer(request, response, site, admission), {
    host: '127.0.0.1',
    port,
  });
  return {
    url: `${server.url}/${admission.query}`,
    launchUrl: () => `${server.url}/${admission.launchQuery()}`,
    close: async (grace) => {
      await server.close(grace);
      await site[Symbol.asyncDispose]();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  site: AnyPlace,
  admission: Admission,
): Promise<void> {
  const gone = new AbortController();
  whenOver(request, response, () => gone.abort(GONE));
  try {
    refuseWebPages(request, undefined);
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const token = url.searchParams.get(TOKEN);
    const entry = admission.enter(token, request.headers.cookie, request.socket.localPort);
    if (entry === 'refused')
      throw new Refusal(403, 'DENIED', 'the address does not contain the token that remora browse printed');
    if (entry !== 'admitted')
      return send(response, 303, { ...PROTECTING, Location: admission.folder, 'Set-Cookie': entry.cookie });
    if (url.pathname === '/') return send(response, 303, { ...PROTECTING, Location: admission.folder });
    const isBelow = url.pathname.startsWith(admission.folder);
    const name = isBelow ? url.pathname.slice(admission.folder.length) : '?';
    const { folder } = admission;
    await answerPage(site, { request, response, name, folder, query: url.searchParams, signal: gone.signal });
  } catch (error) {
    refuse(response, request, error);
  }
}

/** A request that was not let in learns nothing; an answer that has begun is broken off. */
function refuse(response: ServerResponse, request: IncomingMessage, error: unknown): void {
  if (response.headersSent || response.destroyed || !(error instanceof Refusal)) {
    response.destroy();
    return;
  }
  const text = framed(refusedPage(error), { isOpen: false });
  const headers = { ...PROTECTING, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE_POLICY };
  send(response, error.status, { ...headers, Connection: 'close' }, request.method === 'HEAD' ? undefined : text);
}
