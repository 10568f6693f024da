import { realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { draw } from '../../src/views/draw/draw.js';
import { linesOf } from '../../src/views/graph/words.js';
import { discoverPicture, type Picture, verifyPicture } from '../../src/views/picture.js';
import { visible, visibleLine } from '../../src/views/text/visible.js';
import { type Browser, CHROMIUM, type PageOptions, startChromium } from '../support/chromium.js';
import { describeWithPeers, peer, run } from '../support/peers.js';
import { tempDir } from '../support/temp.js';
import { FOUND, HOSTILE, HOSTILE_RESULT, JUDGED, many, PARTLY_FOUND } from '../views/support/results.js';

const NAME = 'registry.example/app:v1';
const KINDS = ['sbom', 'signature', 'vex', 'scan', 'provenance'];

const PICTURES: readonly (readonly [name: string, picture: Picture])[] = [
  ['attachments', discoverPicture(NAME, FOUND)],
  ['an incomplete result', discoverPicture(NAME, PARTLY_FOUND)],
  ['verdicts', verifyPicture(NAME, JUDGED, 'not verified')],
  ['hostile text', discoverPicture(HOSTILE, HOSTILE_RESULT)],
  ['2000 attachments', discoverPicture(NAME, many(2000, KINDS))],
];

/** The lines that a picture shows of its nodes, as far as a label goes. */
function shownLines({ graph }: Picture): readonly string[] {
  return graph.nodes.flatMap(linesOf).map((line) => [...visibleLine(line)].slice(0, 60).join(''));
}

describeWithPeers('pictures and Graphviz', ['dot'], () => {
  it.each(PICTURES)('draws %s without a warning, with each label as it is', async (name, picture) => {
    const { code, stdout, stderr } = await run('dot', ['-Tsvg'], { input: draw('dot', picture) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    if (name === '2000 attachments') expect(stdout.match(/class="node"/g)).toHaveLength(2001);
    const texts = [...stdout.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => unescaped(text));
    for (const line of shownLines(picture))
      expect(
        texts.some((text) => text.startsWith(line)),
        line,
      ).toBe(true);
  });
});

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text
    .replace(/&(?:#(\d+)|(\w+));/g, (all, code, name) =>
      code === undefined ? (entities[name] ?? all) : String.fromCodePoint(Number(code)),
    )
    .replaceAll('\u00a0', ' ');
}

describeWithPeers('pictures in Chromium', [...CHROMIUM, 'axe-core', 'mermaid'], () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(async () => browser?.close());

  const script = async (name: 'axe-core' | 'mermaid', file: string) =>
    join(dirname(await realpath(peer(name) ?? '')), file);

  it.each(PICTURES.flatMap(([name, picture]) => [true, false].map((html) => [name, html, picture] as const)))(
    'is a flowchart that Mermaid renders: %s, with labels of HTML: %s',
    async (_name, htmlLabels, picture) => {
      const page = await browser.newPage();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      await page.setContent('<!doctype html><body><div id="out"></div>');
      await page.addScriptTag({ path: await script('mermaid', 'mermaid.min.js') });
      const chart = JSON.stringify(draw('mermaid', picture));
      const config = JSON.stringify({
        startOnLoad: false,
        securityLevel: 'strict',
        htmlLabels,
        flowchart: { htmlLabels },
      });
      const texts = await page.evaluate(`(async () => {
        mermaid.initialize(${config});
        await mermaid.parse(${chart});
        const { svg } = await mermaid.render('chart', ${chart});
        document.getElementById('out').innerHTML = svg;
        if (window.stolen || document.querySelector('#out a, #out img, #out script')) return 'markup';
        return [...document.querySelectorAll('#out .node .label')].map((label) => label.textContent).join(' ');
      })()`);
      await page.close();
      const shown = `${texts}`.replace(/\s+/g, ' ');
      if (picture.graph.nodes.length < 500)
        for (const line of shownLines(picture)) expect(shown.replaceAll(' ', '')).toContain(line.replaceAll(' ', ''));
      else expect(shown).toContain('400 × scan');
      expect(requests).toEqual([]);
    },
  );

  /** Opens the report as a file; requests of the page are kept. */
  async function opened(picture: Picture, options: PageOptions = {}) {
    const file = join(await tempDir(), 'report.html');
    const { digest } = picture.result;
    await writeFile(file, draw('html', picture, new Map([[digest, { text: JSON.stringify({ note: HOSTILE }) }]])));
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const events: string[] = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('dialog', () => events.push('dialog'));
    page.on('pageerror', () => events.push('error'));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    return { page, check: () => expect([requests, events]).toEqual([[url], []]) };
  }

  it.each(PICTURES.flatMap(([name, picture]) => [true, false].map((scripts) => [name, scripts, picture] as const)))(
    'is a page that asks nobody and runs nothing: %s, with scripts: %s',
    async (_name, javaScriptEnabled, picture) => {
      const { page, check } = await opened(picture, { javaScriptEnabled });
      const text = `${await page.evaluate('document.body.textContent')}`;
      for (const { parts } of picture.notes)
        for (const part of parts) expect(text).toContain(typeof part === 'string' ? part : visible(part.foreign));
      expect(await page.evaluate('document.querySelectorAll("li.attached").length')).toBeGreaterThan(3);
      expect(
        await page.evaluate(
          'document.querySelectorAll("img, iframe, link, [onerror], a[href^=http], a[href^=java]").length',
        ),
      ).toBe(0);
      expect(await page.evaluate('document.querySelectorAll("script").length')).toBe(1);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      check();
      await page.close();
    },
  );

  it('shows hostile text as text', async () => {
    const { page, check } = await opened(discoverPicture(HOSTILE, HOSTILE_RESULT));
    const text = `${await page.evaluate('document.body.textContent')}`;
    for (const part of HOSTILE.split(' ¶ ').slice(0, 8)) expect(text).toContain(part);
    expect(text).toContain('\\u202egnp.exe \\u0000\\u001b[31m\\u{e0041}');
    for (const character of ['\u202e', '\u0000', '\u001b']) expect(text).not.toContain(character);
    check();
    await page.close();
  });

  it('searches and filters', async () => {
    const { page } = await opened(discoverPicture(NAME, FOUND));
    const shown = () =>
      page.evaluate('[...document.querySelectorAll("li.attached")].filter((one) => !one.closest("[hidden]")).length');
    expect(await shown()).toBe(6);
    await page.fill('#search', 'OLDER');
    expect(await shown()).toBe(1);
    expect(await page.evaluate('document.getElementById("count").textContent')).toBe('1 of 6 attachments');
    // An attachment of one that does not fit stands below it.
    await page.fill('#search', 'sigstore-bundle newer');
    expect(await shown()).toBe(0);
    await page.fill('#search', '');
    await page.click('.filters input[value=sbom]');
    expect(await shown()).toBe(5);
    await page.click('#unfold');
    expect(await page.evaluate('document.querySelectorAll("#tree details:not([open])").length')).toBe(0);
    await page.close();
  });

  const SIZES = [
    ['light', 1280],
    ['dark', 1280],
    ['light', 400],
    ['dark', 400],
  ] as const;
  it.each(SIZES)('has nothing that axe-core objects to: %s, %d pixels', async (colorScheme, width) => {
    for (const [, picture] of PICTURES.slice(0, 4)) {
      const { page } = await opened(picture, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      await page.click('#unfold');
      await page.addScriptTag({ path: await script('axe-core', 'axe.min.js') });
      const found = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, impact, nodes }) => id + ' ' + impact + ' ' + nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 150) + ' ' + (any[0]?.message ?? '')).join(' | ')))`,
      );
      expect(found).toEqual([]);
      await page.close();
    }
  });
});
