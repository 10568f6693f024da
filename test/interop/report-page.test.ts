import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReportRow, ReportState } from '../../src/operations/report/schema.js';
import { Summary } from '../../src/operations/report/summary.js';
import { reportPage } from '../../src/views/report/page.js';
import { accessibilityFaults, BROWSER, type Browser, type ContextOptions, launchBrowser } from '../support/browser.js';
import { describeWithPeers } from '../support/peers.js';
import { tempDir } from '../support/temp.js';

const HOSTILE = '"><script>window.stolen = 1</script><img src=x onerror=alert(1)>\u202e --></td></table>';

const row = (reference: string, sbom: ReportState, rest: Partial<ReportRow> = {}): ReportRow => ({
  reference,
  attached: 1,
  columns: { sbom: { state: sbom, count: 0 }, vex: { state: 'no', count: 0 } },
  ...rest,
});

const ROWS: readonly ReportRow[] = [
  row('ghcr.io/acme/b:v1', 'yes', { newest: '2026-02-01T00:00:00Z' }),
  row('ghcr.io/acme/c:v1', 'no'),
  row(HOSTILE, 'unknown', { error: { code: 'UNREACHABLE', message: HOSTILE } }),
  row('ghcr.io/acme/a:v1', 'partly', { newest: '2026-01-01T00:00:00Z' }),
];

describeWithPeers('the page of a report', BROWSER, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function opened(options: ContextOptions = {}, columns: readonly string[] = ['sbom', 'vex']) {
    const { begin, row, end } = reportPage({ columns, hasPolicy: false, now: new Date() });
    const summary = new Summary();
    for (const one of ROWS) summary.add(one);
    const last = { end: true, rows: ROWS.length, columns, summary: summary.value } as const;
    const file = join(await tempDir(), 'report.html');
    await writeFile(file, [begin(), ...ROWS.map(row), end(last)].join(''));
    const page = await browser.newPage(options);
    const events: string[] = [];
    page.on('request', (request) => events.push(request.url()));
    page.on('dialog', () => events.push('dialog'));
    page.on('pageerror', (error) => events.push(error.message));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    const shown = async () => {
      const code =
        '[...document.querySelector("tbody").rows].filter((row) => row.checkVisibility()).map((row) => row.cells[0].textContent)';
      const texts = await page.evaluate(`JSON.stringify(${code})`);
      const names: readonly string[] = JSON.parse(String(texts));
      return names.map((name) => /acme\/(\w):/.exec(name)?.[1] ?? 'hostile');
    };
    const check = async () => {
      expect(events).toEqual([url]);
      expect(
        await page.evaluate(
          `[window.stolen, document.querySelectorAll("img, iframe, a:not([href^='#'])").length].join()`,
        ),
      ).toBe(',0');
    };
    const filter = (value: string) =>
      page.evaluate(
        `(() => { const one = document.querySelector('select'); one.value = ${JSON.stringify(value)}; one.dispatchEvent(new Event('change', { bubbles: true })); })()`,
      );
    return { page, shown, check, filter };
  }

  it('sorts, searches and filters', async () => {
    const { page, shown, check, filter } = await opened();
    expect(await shown()).toEqual(['b', 'c', 'hostile', 'a']);
    await page.getByRole('button', { name: 'newest' }).click();
    expect((await shown()).slice(-2)).toEqual(['a', 'b']);
    await page.getByRole('button', { name: 'newest' }).click();
    expect((await shown()).slice(0, 2)).toEqual(['b', 'a']);
    await page.getByRole('button', { name: 'sbom' }).click();
    expect(await shown()).toEqual(['c', 'a', 'hostile', 'b']);
    await page.fill('input[type=search]', 'ACME v1');
    expect(await shown()).toEqual(['c', 'a', 'b']);
    expect(await page.locator('output').textContent()).toBe('3 of 4');
    await filter('1 no');
    expect(await shown()).toEqual(['c']);
    await page.fill('input[type=search]', '');
    await filter('0 failed');
    expect(await shown()).toEqual(['hostile']);
    await check();
    await page.close();
  });

  it('reads without scripts, and runs nothing of what it shows', async () => {
    const { page, shown, check } = await opened({ javaScriptEnabled: false });
    expect(await shown()).toEqual(['b', 'c', 'hostile', 'a']);
    expect(await page.locator('.tools').isVisible()).toBe(false);
    expect(await page.locator('main').textContent()).toContain('1 could not be asked');
    expect(await page.locator('.note').first().isVisible()).toBe(true);
    await check();
    await page.close();
  });

  it('shows all columns and notes on a screen of 1,100 pixels, and on paper', async () => {
    const columns = ['sbom', 'signature', 'provenance', 'vex', 'scan'];
    const { page } = await opened({ viewport: { width: 1100, height: 800 } }, columns);
    const hidden = '((all) => all.scrollWidth - all.clientWidth)(document.querySelector(".scroll"))';
    expect(await page.evaluate(hidden)).toBe(0);
    // A4 without its margins.
    await page.setViewportSize({ width: 718, height: 1000 });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const heads = '[...document.querySelectorAll("th")].map((one) => one.innerText).join()';
    expect(await page.evaluate(heads)).toBe(['image', ...columns, 'newest'].join());
    await page.close();
  });

  it.each(['light', 'dark'] as const)('is accessible, with %s colours and on a narrow window', async (colorScheme) => {
    const viewport = { width: 400, height: 800 };
    const { page } = await opened({ colorScheme, viewport, bypassCSP: true });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    if (process.env.REMORA_SHOTS)
      await page.screenshot({ path: join(process.env.REMORA_SHOTS, `report-${colorScheme}.png`), fullPage: true });
    await page.close();
  });
});
