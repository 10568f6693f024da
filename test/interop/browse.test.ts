import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { hash } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { start } from '../commands/support/start.js';
import { startServe } from '../serve/support/command-start.js';
import { nameHostile, SBOM, writeScene } from '../support/browse-scene.js';
import {
  accessibilityFaults,
  BROWSER,
  type Browser,
  type Context,
  type ContextOptions,
  launchBrowser,
  type Page,
} from '../support/browser.js';
import { describeWithPeers, startDistribution3 } from '../support/peers.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';

/** The address that `remora browse` prints first. */
async function startBrowse(
  place: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Promise<string> {
  const started = start(['browse', '--no-open', '--port', '0', ...words, place], { env: { ...process.env, ...env } });
  const [line] = await Promise.race([
    once(createInterface(started.child.stdout), 'line').then(([first]) => [String(first)]),
    started.done.then(({ stdout, stderr }) => Promise.reject(new Error(`it ended: ${stdout}${stderr}`))),
  ]);
  return line ?? '';
}

async function ok(...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await remora(args);
  if (code !== 0) throw new Error(`remora ${args.join(' ')}: ${stdout}${stderr}`);
}

/** A place with the scene, and the environment in which remora may read it. */
interface Place {
  readonly place: string;
  readonly words?: readonly string[];
  readonly env?: Record<string, string>;
}

async function sceneLayout(): Promise<string> {
  const directory = join(await tempDir(), 'layouts', 'team', 'app');
  await mkdir(directory, { recursive: true });
  await writeScene(directory);
  return directory;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  'an image layout': async () => ({ place: `oci:${await sceneLayout()}` }),
  'an archive': async () => {
    const archive = join(await tempDir(), 'app.tar');
    await ok('copy', '-r', `oci:${await sceneLayout()}:v1`, `oci-archive:${archive}:v1`);
    return { place: `oci-archive:${archive}` };
  },
  'remora serve with a login': async () => {
    const layout = await sceneLayout();
    const directory = await tempDir();
    await writeFile(join(directory, 'users'), `reader:${await hash('secret of a reader', 4)}\n`);
    const server = await startServe(join(layout, '..', '..'), '--htpasswd', join(directory, 'users'));
    const host = server.url.replace('http://', '');
    const auth = Buffer.from('reader:secret of a reader').toString('base64');
    await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
    return { place: `${host}/team/app`, env: { DOCKER_CONFIG: directory } };
  },
  'distribution 3, which has no Referrers API': async () => {
    const registry = await startDistribution3();
    onTestFinished(() => registry.close());
    await ok('copy', '-r', `oci:${await sceneLayout()}:v1`, `${registry.host}/team/app:v1`);
    return { place: `${registry.host}/team/app` };
  },
};

/** Pages are looked at in both themes, at a desk and on a phone. */
const VIEWS = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1280, 400].map((width) => ({ colorScheme, width })),
);

describeWithPeers('remora browse in Chromium', [...BROWSER, 'registry3'], () => {
  let browser: Browser;
  let pictures: string;
  beforeAll(async () => {
    browser = await launchBrowser();
    pictures = process.env.REMORA_PICTURES ?? (await mkdtemp(join(tmpdir(), 'remora-browse-')));
  });
  afterAll(() => browser?.close());

  /** A window, and all that its pages do that they should not: run foreign code, ask others, complain. */
  async function openWindow(options: ContextOptions = {}) {
    const context: Context = await browser.newContext(options);
    onTestFinished(() => context.close());
    context.setDefaultTimeout(20_000);
    await context.addInitScript('window.hits = 0; window.hit = () => { window.hits += 1; };');
    const faults: string[] = [];
    const page = await context.newPage();
    const origins = new Set<string>();
    page.on('dialog', (dialog) => {
      faults.push('a dialog');
      dialog.dismiss().catch(() => {});
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    return {
      page,
      faults,
      /** Fails where the page has done anything but show itself. */
      async quiet() {
        expect(faults).toEqual([]);
        expect(origins.size).toBeLessThanOrEqual(1);
        if (options.javaScriptEnabled !== false) expect(await page.evaluate('window.hits')).toBe(0);
      },
    };
  }

  /** From the tags of a place to the SBOM. */
  async function toSbom(page: Page): Promise<void> {
    for (const name of ['v1', 'hello.spdx.json', 'hello.spdx.json'])
      await page.getByRole('link', { name, exact: true }).first().click();
    expect(await page.getByRole('heading', { name: 'hello.spdx.json' }).first().isVisible()).toBe(true);
  }

  describe.each(Object.entries(PLACES))('of %s', (_name, open) => {
    it('leads from a repository to the packages of an SBOM, and downloads it', async () => {
      const { place, words, env } = await open();
      const { page, quiet } = await openWindow();
      const answer = await page.goto(await startBrowse(place, words, env));
      expect(answer?.status()).toBe(200);
      expect(page.url()).not.toContain('token');
      await toSbom(page);
      expect(
        await page
          .getByRole('heading', { name: /Packages/ })
          .first()
          .textContent(),
      ).toMatch(/Packages 12/);
      const rows = await page.locator('#preview tbody tr').allInnerTexts();
      expect(rows.slice(0, 2).map((row) => row.trim().split(/\s+/))).toEqual([
        ['hello', '1.0'],
        ['zlib', '1.3.1', 'Zlib', 'Z'],
      ]);
      const downloads = page.waitForEvent('download');
      await page
        .getByRole('link', { name: /^Download/ })
        .first()
        .click();
      const download = await downloads;
      expect(download.suggestedFilename()).toBe('hello.spdx.json');
      expect((await readFile(await download.path())).equals(SBOM)).toBe(true);
      await quiet();
    });
  });

  /** A page of a layout, opened. */
  async function openLayout(options: ContextOptions = {}) {
    const directory = await sceneLayout();
    await nameHostile(directory);
    const url = await startBrowse(`oci:${directory}`);
    const opened = await openWindow(options);
    await opened.page.goto(url);
    return { ...opened, url, directory };
  }

  /** The addresses of all pages that links lead to, from the one that is open. */
  async function addressesOf(page: Page): Promise<readonly string[]> {
    const seen = new Set([page.url()]);
    for (const address of seen) {
      await page.goto(address);
      const found = String(await page.evaluate(`[...document.links].map((link) => link.href).join('\\n')`));
      for (const link of found.split('\n')) {
        const { pathname, href } = new URL(link, address);
        if (href.startsWith('http') && !/(^|\/)download$/.test(pathname)) seen.add(href.replace(/#.*/, ''));
      }
    }
    return [...seen];
  }

  it('refuses all who lack the token, and says so on a page', async () => {
    const { url, page: admitted } = await openLayout();
    const inside = admitted.url();
    for (const address of [new URL('/', url).href, `${new URL('/', url).href}?token=wrong`, inside]) {
      const { page } = await openWindow();
      expect((await page.goto(address))?.status()).toBe(403);
      expect(await page.locator('body').textContent()).toContain('The address does not contain the token');
      expect(await page.getByRole('link', { name: 'v1' }).count()).toBe(0);
    }
  });

  it('shows an error as the command would say it', async () => {
    const { page, faults, directory } = await openLayout();
    await page.getByRole('textbox', { name: 'Place' }).fill(`oci:${directory}:v7`);
    await page.getByRole('button', { name: 'Open' }).click();
    const { stdout } = await remora(['inspect', '--json', `oci:${directory}:v7`]);
    const told: { readonly error: { readonly message: string; readonly code: string } } = JSON.parse(stdout);
    const shown = await page.locator('main').textContent();
    expect(shown).toContain(told.error.message);
    expect(shown).toContain(told.error.code);
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('searches tags', async () => {
    const { page, quiet } = await openLayout();
    await page.getByRole('searchbox', { name: /Filter/ }).fill('v1');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await page.locator('#tags li').allInnerTexts()).toEqual(['v1']);
    await quiet();
  });

  it('searches the packages of an SBOM', async () => {
    const { page, quiet } = await openLayout();
    await toSbom(page);
    await page.getByRole('searchbox', { name: 'Find in packages' }).fill('zlib 1.3');
    await expect.poll(() => page.getByRole('status').textContent()).toBe('1 of 12');
    expect(await page.locator('#preview tbody tr:not([hidden])').count()).toBe(1);
    await quiet();
  });

  it('runs nothing of hostile names, tags, annotations and files, on any page', { timeout: 240_000 }, async () => {
    const { page, quiet } = await openLayout();
    const addresses = await addressesOf(page);
    expect(addresses.length).toBeGreaterThan(15);
    let hostile = 0;
    for (const address of addresses) {
      await page.goto(address);
      const shown = String(await page.evaluate('document.body.textContent'));
      if (shown.includes('<script>hit()')) hostile += 1;
      expect(await page.evaluate('document.querySelectorAll("main img, main script, main iframe").length')).toBe(0);
      const links = String(await page.evaluate(`[...document.links].map(({ protocol }) => protocol).join()`));
      expect(links).not.toContain('javascript');
      expect(await page.evaluate('document.documentElement.innerText')).not.toContain('\u202e');
    }
    expect(hostile).toBeGreaterThan(4);
    await quiet();
  });

  it('shows all pages without scripts', async () => {
    const { page, quiet } = await openLayout({ javaScriptEnabled: false });
    await page.getByRole('link', { name: 'v1', exact: true }).first().click();
    await page.getByRole('link', { name: 'scan.sarif.json' }).first().click();
    await page.getByRole('link', { name: 'scan.sarif.json', exact: true }).first().click();
    const [finding = ''] = await page.locator('#preview tbody tr').allInnerTexts();
    expect(finding.replace(/\s+/g, ' ').trim()).toBe('error CVE-2026-1 a hole in zlib usr/lib/libz.so:1');
    expect(await page.locator('#preview summary').first().isVisible()).toBe(true);
    await page.locator('#preview summary').first().click();
    expect(await page.locator('#preview .json').first().isVisible()).toBe(true);
    await quiet();
  });

  it('is reached by the keyboard alone, and shows where it is', { timeout: 240_000 }, async () => {
    const { page } = await openLayout();
    const addresses = await addressesOf(page);
    const kinds = new Set<string>();
    for (const address of addresses) {
      const kind = new URL(address).pathname.split('/').at(-1) ?? '';
      if (kinds.has(kind) && kind !== 'file') continue;
      kinds.add(kind);
      await page.goto(address);
      const wanted = Number(await page.evaluate(MARK_FOCUSABLE));
      const reached = new Set<string>();
      for (let step = 0; step < wanted + 5; step += 1) {
        await page.keyboard.press('Tab');
        const [mark, text, outline] = String(await page.evaluate(FOCUSED)).split('\t');
        if (mark === '') break;
        if (step === 0) expect(text).toContain('Skip');
        reached.add(mark ?? '');
        expect(outline, `focus of ${text} in ${address}`).not.toMatch(/^none|^0px/);
      }
      expect(reached.size, address).toBe(wanted);
    }
    await page.goto(addresses[0] ?? '');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('has no serious fault of accessibility, in both themes, at a desk and on a phone', {
    timeout: 300_000,
  }, async () => {
    const { page } = await openLayout();
    const faults = new Set<string>();
    const [first = '', ...others] = await addressesOf(page);
    for (const [index, address] of [first, ...differing(others), `${first}%20%20`].entries()) {
      const name = new URL(address).pathname.split('/').at(-1);
      await page.goto(address);
      for (const { colorScheme, width } of VIEWS) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: join(pictures, `${index}-${name}-${colorScheme}-${width}.png`), fullPage: true });
        const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
        if (wide > width) faults.add(`${index}-${name} is ${wide} pixels wide in a window of ${width}`);
        for (const fault of await accessibilityFaults(page)) faults.add(`${name}: ${fault}`);
      }
    }
    expect([...faults]).toEqual([]);
  });

  it('shows the repositories of remora serve --pages, and asks for the login of its users', async () => {
    const layout = await sceneLayout();
    const open = await startServe(join(layout, '..', '..'), '--pages');
    const { page, quiet } = await openWindow();
    await page.goto(open.url);
    await page
      .getByRole('link', { name: /team\/app/ })
      .first()
      .click();
    await toSbom(page);
    expect(await page.locator('#preview tbody tr').count()).toBe(12);
    await quiet();

    const users = join(await tempDir(), 'users');
    await writeFile(users, `reader:${await hash('secret', 4)}\n`);
    const closed = await startServe(join(layout, '..', '..'), '--pages', '--htpasswd', users);
    const stranger = await openWindow();
    const refused = await stranger.page.goto(closed.url).catch((error: Error) => error.message);
    expect(typeof refused === 'string' ? refused : String(refused?.status())).toMatch(/401|INVALID_AUTH/);
    const reader = await openWindow({ httpCredentials: { username: 'reader', password: 'secret' } });
    expect((await reader.page.goto(closed.url))?.status()).toBe(200);
    expect(await reader.page.getByRole('link', { name: /team\/app/ }).count()).toBeGreaterThan(0);
  });
});

/** Pages that look different: each file of the scene, and a few of all others. */
function differing(addresses: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return addresses.filter((address) => {
    const name = new URL(address).pathname.split('/').at(-1) ?? '';
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count <= (name === 'file' ? 8 : 3);
  });
}

/** Marks all that a keyboard must reach, and counts it. */
const MARK_FOCUSABLE = `(() => {
  const found = [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')];
  const seen = found.filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.type !== 'hidden');
  for (const [index, one] of seen.entries()) one.dataset.mark = index + 1;
  return seen.length;
})()`;
const FOCUSED = `(() => {
  const { activeElement: one } = document;
  const { outlineStyle, outlineWidth } = getComputedStyle(one);
  return [one.dataset.mark ?? '', one.textContent.trim().slice(0, 40).replaceAll('\t', ' '), outlineStyle === 'none' ? 'none' : outlineWidth].join('\t');
})()`;
