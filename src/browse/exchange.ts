import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { HostGate } from '../io/http/host-gate.js';
import { Refusal, send } from '../serve/answer.js';
import { framed, PAGE_POLICY } from './frame.js';
import { attachmentNamed, FILE_POLICY, PROTECTING } from './headers.js';
import { errorPage } from './pages/error.js';
import { answerTo } from './router.js';
import type { Answer } from './site/answer.js';
import type { Site } from './site/site.js';

/** A request of a page, which was let in. */
export interface PageExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path below the folder of the pages. */
  readonly name: string;
  /** The address of that folder, for links of an error page: it may stand deeper than pages do. */
  readonly folder: string;
  /** The reason for which the request is not let in. @default it is let in */
  readonly refusal?: Refusal | undefined;
  readonly query: URLSearchParams;
  /** Aborted when the browser is gone. */
  readonly signal: AbortSignal;
  /** Takes the error behind a page. @default nothing is done */
  readonly failed?: ((error: unknown) => void) | undefined;
}

/** Pages of a site that are made at a time: each may ask a registry hundreds of times. */
const MAX_AT_ONCE = 16;
/** Requests that wait for their turn, or have it. */
const MAX_ASKED = 256;
const turns = new HostGate(MAX_AT_ONCE);
let asked = 0;

/** The folder of pages as a name below it leads there: relative, for a proxy may have put it below another one. */
export function folderAbove(name: string): string {
  return '../'.repeat(name.split('/').length - 1);
}

/** Answers with a page; an error is a page, too. */
export async function answerPage(site: Site, exchange: PageExchange): Promise<void> {
  const { request, name, query, signal, refusal } = exchange;
  const answer = await answered().catch((error: unknown): Answer => {
    if (signal.aborted) throw error;
    exchange.failed?.(error);
    return errorPage(error, site, query.get('place') ?? undefined);
  });
  await sendAnswer(answer, site, exchange);

  async function answered(): Promise<Answer> {
    if (refusal !== undefined) throw refusal;
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new Refusal(405, 'UNSUPPORTED', 'pages are read only', { headers: { Allow: 'GET, HEAD' } });
    if (asked >= MAX_ASKED)
      throw new Refusal(503, 'TOOMANYREQUESTS', 'too many pages are asked for at this moment', {
        headers: { 'Retry-After': '1' },
      });
    asked += 1;
    try {
      return await inTurn();
    } finally {
      asked -= 1;
    }
  }

  async function inTurn(): Promise<Answer> {
    await turns.enter(signal);
    try {
      return await answerTo(name, { site, query, signal });
    } finally {
      turns.leave(undefined);
    }
  }
}

async function sendAnswer(
  answer: Answer,
  site: Site,
  { request, response, signal, folder }: PageExchange,
): Promise<void> {
  const isHead = request.method === 'HEAD';
  if (answer.kind === 'redirect') return send(response, 303, { ...PROTECTING, Location: answer.to });
  if (answer.kind === 'page') {
    const text = framed(answer, site, folder);
    const headers = {
      ...answer.headers,
      ...PROTECTING,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
    };
    const length = { 'Content-Length': Buffer.byteLength(text) };
    return send(response, answer.status ?? 200, { ...headers, ...length }, isHead ? undefined : text);
  }
  const headers = {
    ...PROTECTING,
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': attachmentNamed(answer.name),
    'Content-Security-Policy': FILE_POLICY,
    'Content-Length': answer.size,
  };
  if (isHead) {
    answer.content.destroy();
    return send(response, 200, headers);
  }
  response.writeHead(200, headers);
  // Content that is not what its digest says ends early: the browser tells that the download failed.
  await pipeline(answer.content, response, { signal });
}
