import { hash } from 'node:crypto';
import { type Html, html, raw } from './html.js';
import { KIND_STYLE } from './kind-style.js';
import STYLE from './style.css?raw';

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  /** The content: `header`, `main` with the id `main`, `footer`. */
  readonly body: Html;
  /** Rules after those that all pages share. @default none */
  readonly style?: string | undefined;
  /** A script of the page itself. @default none */
  readonly script?: string | undefined;
  /** A page of a server: its forms and images may lead to the same origin. @default a file, which asks nobody */
  readonly served?: boolean | undefined;
}

/** A whole document with its style and script inside. Its policy lets nothing else in, and no request out. */
export function page(parts: PageParts): string {
  const { title, body, script } = parts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy(parts)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(styleOf(parts))}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${body}
${script !== undefined && html`<script>${raw(script)}</script>`}
</body>
</html>
`.text;
}

/** The Content-Security-Policy of a page, as its header has it: a document's own policy cannot refuse frames. */
export function pagePolicy(parts: Pick<PageParts, 'style' | 'script' | 'served'>): string {
  const own = parts.served === true ? `'self'` : `'none'`;
  return [
    `default-src 'none'`,
    `style-src ${hashOf(styleOf(parts))}`,
    `script-src ${parts.script === undefined ? `'none'` : hashOf(parts.script)}`,
    `img-src data:${parts.served === true ? ` 'self'` : ''}`,
    `base-uri 'none'`,
    `form-action ${own}`,
  ].join('; ');
}

function styleOf({ style = '' }: Pick<PageParts, 'style'>): string {
  return `${STYLE}${KIND_STYLE}\n${style}`;
}

function hashOf(text: string): string {
  return `'sha256-${hash('sha256', text, 'base64')}'`;
}
