import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peer } from './peers.js';

/** The parts of playwright-core that tests of pages use. */
export interface BrowserPage {
  goto(url: string): Promise<unknown>;
  setContent(markup: string): Promise<void>;
  addScriptTag(script: { readonly path: string }): Promise<unknown>;
  evaluate(code: string): Promise<unknown>;
  fill(selector: string, value: string): Promise<void>;
  click(selector: string): Promise<void>;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  on(event: 'dialog' | 'pageerror', listener: () => void): void;
  close(): Promise<void>;
}

/** How a page is opened. */
export interface PageOptions {
  readonly javaScriptEnabled?: boolean;
  readonly bypassCSP?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

export interface Browser {
  newPage(options?: PageOptions): Promise<BrowserPage>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

/** The peers that {@link startChromium} needs. */
export const CHROMIUM = ['chromium-headless-shell', 'playwright-core'] as const;

export async function startChromium(): Promise<Browser> {
  const module = join(dirname(await realpath(peer('playwright-core') ?? '')), 'index.mjs');
  const { chromium }: Playwright = await import(pathToFileURL(module).href);
  return chromium.launch({ executablePath: peer('chromium-headless-shell') ?? '', args: ['--no-sandbox'] });
}
