import type { Readable } from 'node:stream';
import type { Html } from '../../views/html/html.js';

/** A page of the site. */
export interface PageAnswer {
  readonly kind: 'page';
  /** @default 200 */
  readonly status?: number | undefined;
  /** Beside those of every page. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly title: string;
  readonly main: Html;
  /** The places above, each with its page; the last is the page itself. */
  readonly crumbs?: readonly Crumb[] | undefined;
  /** The text in the form for a place. */
  readonly place?: string | undefined;
}

/** A step of the way to a page. */
export interface Crumb {
  readonly text: string;
  readonly to?: string | undefined;
}

/** The content of a file, to be saved. */
export interface FileAnswer {
  readonly kind: 'file';
  readonly name: string;
  readonly size: number;
  /** Fails before its last bytes where the content is not what its digest says. */
  readonly content: Readable;
}

/** The answer to a request of a page. */
export type Answer = PageAnswer | FileAnswer | { readonly kind: 'redirect'; readonly to: string };
