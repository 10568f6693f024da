import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peer } from './peers.js';

/** The parts of playwright-core that the tests use; its documentation says more. */
export interface Locator {
  first(): Locator;
  locator(selector: string): Locator;
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  count(): Promise<number>;
  textContent(): Promise<string | null>;
  allInnerTexts(): Promise<string[]>;
  getAttribute(name: string): Promise<string | null>;
  isVisible(): Promise<boolean>;
}

export interface Download {
  path(): Promise<string>;
  suggestedFilename(): string;
}

export interface Answer {
  status(): number;
  headers(): Readonly<Record<string, string>>;
}

export interface Page {
  goto(url: string): Promise<Answer | null>;
  url(): string;
  title(): Promise<string>;
  reload(): Promise<Answer | null>;
  evaluate(code: string): Promise<unknown>;
  setContent(markup: string): Promise<void>;
  addScriptTag(script: { readonly path: string }): Promise<unknown>;
  fill(selector: string, value: string): Promise<void>;
  click(selector: string): Promise<void>;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { readonly name?: string | RegExp; readonly exact?: boolean }): Locator;
  on(event: 'dialog', listener: (dialog: { dismiss(): Promise<void> }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  waitForEvent(event: 'download'): Promise<Download>;
  waitForURL(url: RegExp): Promise<void>;
  setViewportSize(size: { readonly width: number; readonly height: number }): Promise<void>;
  emulateMedia(media: { readonly colorScheme?: 'light' | 'dark'; readonly media?: 'print' }): Promise<void>;
  screenshot(options: { readonly path: string; readonly fullPage?: boolean }): Promise<Buffer>;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  close(): Promise<void>;
}

export interface ContextOptions {
  /** @default true */
  readonly javaScriptEnabled?: boolean;
  readonly bypassCSP?: boolean;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly httpCredentials?: { readonly username: string; readonly password: string };
}

/** A window with cookies of its own. */
export interface Context {
  newPage(): Promise<Page>;
  addInitScript(script: string): Promise<void>;
  setDefaultTimeout(milliseconds: number): void;
  close(): Promise<void>;
}

export interface Browser {
  newContext(options?: ContextOptions): Promise<Context>;
  newPage(options?: ContextOptions): Promise<Page>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: { readonly executablePath: string; readonly args: readonly string[] }): Promise<Browser>;
  };
}

/** The peers that a test in a browser needs. */
export const BROWSER = ['chromium-headless-shell', 'playwright-core', 'axe-core'] as const;

/** Starts Debian's Chromium, which asks no other machine for anything. */
export async function launchBrowser(...args: readonly string[]): Promise<Browser> {
  const module = join(dirname(await realpath(peer('playwright-core') ?? '')), 'index.mjs');
  const { chromium }: Playwright = await import(pathToFileURL(module).href);
  return chromium.launch({
    executablePath: peer('chromium-headless-shell') ?? '',
    args: ['--no-sandbox', ...args],
  });
}

interface AxeResult {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical breaches of accessibility in a page, as axe-core finds them: `RULE: ELEMENT`. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  const axe = await readFile(peer('axe-core') ?? '', 'utf8');
  await page.evaluate(axe);
  const found = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => JSON.stringify(result.violations))',
  );
  const violations: readonly AxeResult[] = JSON.parse(String(found));
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
