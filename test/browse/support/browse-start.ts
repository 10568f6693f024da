import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';
import { type BrowseOptions, browse } from '../../../src/browse/browse.js';

export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The content of `main`. */
  readonly main: string;
}

export interface GetOptions {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Sends one request as it is written, whatever its path and its headers. */
export function send(port: number, path: string, { method = 'GET', headers = {} }: GetOptions = {}): Promise<Got> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      text(answer).then((body) => {
        const main = /<main[^>]*>([\s\S]*)<\/main>/.exec(body)?.[1] ?? '';
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, main });
      }, reject);
    });
    sent.on('error', reject).end();
  });
}

/** Pages that a browser has entered with the printed address. */
export class Entered {
  private constructor(
    readonly url: URL,
    readonly cookie: string,
    readonly folder: string,
    readonly launchUrl: () => string,
  ) {}

  static async start(options: Partial<BrowseOptions> = {}): Promise<Entered> {
    const server = await browse({ access: () => ({}), ...options });
    onTestFinished(() => server.close(0));
    const url = new URL(server.url);
    const { status, headers } = await send(Number(url.port), `/${url.search}`);
    expect(status).toBe(303);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    return new Entered(url, cookie, headers.location ?? '', () => server.launchUrl());
  }

  get port(): number {
    return Number(this.url.port);
  }

  /** The answer for a path below the folder of the pages. */
  get(path: string, { headers = {}, ...options }: GetOptions = {}): Promise<Got> {
    const [pair = ''] = this.cookie.split(';');
    return send(this.port, `${this.folder}${path}`, { ...options, headers: { cookie: pair, ...headers } });
  }

  /** A page that must be there, for a place. */
  async page(name: string, query: Readonly<Record<string, string>>): Promise<string> {
    const { status, main } = await this.get(`${name}?${new URLSearchParams(query)}`);
    expect({ name, query, status, main: status === 200 ? '' : main }).toEqual({ name, query, status: 200, main: '' });
    return main;
  }
}

/** The addresses of links in markup. */
export function linksOf(markup: string): readonly string[] {
  return [...markup.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

/** The text that people see, without markup. */
export function textOf(markup: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return markup
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
