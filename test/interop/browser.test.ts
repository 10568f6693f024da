import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { push } from '../../src/operations/push/push.js';
import { end, startServe } from '../serve/support/command-start.js';
import { BROWSER, type Browser, launchBrowser } from '../support/browser.js';
import { describeWithPeers } from '../support/peers.js';
import { tempDir, tree } from '../support/temp.js';

const BYTES = 'written by a web page';
const DIGEST = digestOf(Buffer.from(BYTES));
const BLOB = `/v2/evil/page/blobs/uploads/?digest=${DIGEST}`;
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';

/** What a page does to the registry at `at`; each says `ok` when it has got in. */
const ATTEMPTS: Readonly<Record<string, (at: string) => string>> = {
  'a simple upload': (at) =>
    `fetch('${at}${BLOB}', { method: 'POST', mode: 'no-cors', body: '${BYTES}' }).then((answer) => answer.ok)`,
  'an upload of bytes with credentials': (at) =>
    `fetch('${at}${BLOB}', { method: 'POST', mode: 'no-cors', credentials: 'include', body: new Blob(['${BYTES}']) }).then((answer) => answer.ok)`,
  'a session': (at) =>
    `fetch('${at}/v2/evil/page/blobs/uploads/', { method: 'POST', mode: 'no-cors' }).then((answer) => answer.ok)`,
  'a mount': (at) =>
    `fetch('${at}/v2/evil/page/blobs/uploads/?mount=${DIGEST}&from=priv/app', { method: 'POST', mode: 'no-cors' }).then((answer) => answer.ok)`,
  'an upload without a referrer': (at) =>
    `fetch('${at}${BLOB}', { method: 'POST', mode: 'no-cors', referrerPolicy: 'no-referrer', body: '${BYTES}' }).then((answer) => answer.ok)`,
  'another tag': (at) =>
    `fetch('${at}/v2/priv/app/manifests/v1', { method: 'PUT', headers: { 'Content-Type': '${IMAGE}' }, body: '{}' }).then((answer) => answer.ok)`,
  'a tag without asking': (at) =>
    `fetch('${at}/v2/priv/app/manifests/v1', { method: 'PUT', mode: 'no-cors', body: '{}' }).then((answer) => answer.ok)`,
  'a deletion': (at) => `fetch('${at}/v2/priv/app/manifests/v1', { method: 'DELETE' }).then((answer) => answer.ok)`,
  'a look at the catalog': (at) => `fetch('${at}/v2/_catalog').then((answer) => answer.text())`,
  'a look by XMLHttpRequest': (at) =>
    `new Promise((resolve) => { const asked = new XMLHttpRequest(); asked.open('GET', '${at}/v2/_catalog'); asked.onloadend = () => resolve(asked.responseText); asked.send(); })`,
  'a beacon': (at) =>
    `(navigator.sendBeacon('${at}${BLOB}', '${BYTES}'), new Promise((resolve) => setTimeout(() => resolve(''), 300)))`,
  'a form': (at) => form(at, 'application/x-www-form-urlencoded'),
  'a form of plain text': (at) => form(at, 'text/plain'),
  'a form with files': (at) => form(at, 'multipart/form-data'),
  'a form in a sandbox, whose origin is null': (at) =>
    `new Promise((resolve) => { const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts allow-forms'; frame.srcdoc = '<form method=post action="${at}${BLOB}"></form><script>document.forms[0].submit()</script>'; document.body.append(frame); setTimeout(() => resolve(''), 500); })`,
  'an image': (at) => element(at, 'img', 'src'),
  'a script': (at) => element(at, 'script', 'src'),
  'a worker': (at) =>
    `new Promise((resolve) => { const worker = new Worker('${at}/v2/_catalog'); worker.onerror = () => resolve(''); setTimeout(() => resolve('ok'), 3000); })`,
  'a socket': (at) =>
    `new Promise((resolve) => { const socket = new WebSocket('${at.replace('http', 'ws')}/v2/_catalog'); socket.onopen = () => resolve('ok'); socket.onerror = () => resolve(''); })`,
  'an event stream': (at) =>
    `new Promise((resolve) => { const source = new EventSource('${at}/v2/_catalog'); source.onopen = () => resolve('ok'); source.onerror = () => { source.close(); resolve(''); }; })`,
};

const form = (at: string, type: string) =>
  `new Promise((resolve) => { const frame = document.createElement('iframe'); frame.name = '${type}'; document.body.append(frame); const form = document.createElement('form'); form.method = 'post'; form.enctype = '${type}'; form.target = '${type}'; form.action = '${at}${BLOB}'; document.body.append(form); frame.onload = () => resolve(''); form.submit(); })`;
const element = (at: string, name: string, source: string) =>
  `new Promise((resolve) => { const part = document.createElement('${name}'); part.onload = () => resolve('ok'); part.onerror = () => resolve(''); part.${source} = '${at}/v2/_catalog'; document.body.append(part); })`;

/** A registry with a private image, as a process of its own. */
async function begin() {
  const directory = await tempDir();
  await push(`oci:${join(directory, 'priv/app')}:v1`, [{ name: 'a.txt', content: 'a' }]);
  const server = await startServe(directory);
  const before = await tree(directory);
  return {
    port: new URL(server.url).port,
    /** How often the registry answered with which status; it must not have changed. */
    async unharmed() {
      expect(await tree(directory)).toEqual(before);
      return statuses((await end(server)).lines);
    },
    statuses: async () => statuses((await end(server)).lines),
  };
}

function statuses(lines: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const status = / (\d{3}) \d+ \d+ms/.exec(line)?.[1] ?? line;
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}

describeWithPeers('remora serve and a page in Chromium', BROWSER, () => {
  let browser: Browser;
  let elsewhere: number;
  const pages = createServer((_, response) => response.end('<!doctype html><title>a page</title><body>'));

  beforeAll(async () => {
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const address = pages.address();
    elsewhere = typeof address === 'object' && address !== null ? address.port : 0;
    browser = await launchBrowser('--host-resolver-rules=MAP evil.example 127.0.0.1');
  });
  afterAll(async () => {
    await browser?.close();
    pages.close();
  });

  /** The attempts of a page that got in. */
  async function attempts(page: string, at: string): Promise<readonly string[]> {
    const opened = await browser.newPage();
    await opened.goto(page);
    const gotIn: string[] = [];
    for (const [name, code] of Object.entries(ATTEMPTS)) {
      const outcome = await opened.evaluate(`Promise.resolve(${code(at)}).catch(() => '')`);
      if (outcome !== '' && outcome !== false && !String(outcome).includes('"errors"'))
        gotIn.push(`${name}: ${outcome}`);
    }
    await opened.close();
    return gotIn;
  }

  it.each([
    ['another port of the same address', '127.0.0.1', '127.0.0.1'],
    ['another name of the same machine', 'localhost', '127.0.0.1'],
    ['another port of the same name', 'localhost', 'localhost'],
    ['a name of its own', 'evil.example', 'localhost'],
  ])('refuses all that a page of %s tries', async (_what, name, host) => {
    const { port, unharmed } = await begin();
    expect(await attempts(`http://${name}:${elsewhere}/`, `http://${host}:${port}`)).toEqual([]);
    const counts = await unharmed();
    expect(Object.keys(counts)).toEqual(['403']);
    expect(counts['403']).toBeGreaterThan(Object.keys(ATTEMPTS).length - 3);
  });

  it('refuses a page whose name leads here, though it is of the same origin then', async () => {
    const { port, unharmed } = await begin();
    const at = `http://evil.example:${port}`;
    const page = await browser.newPage();
    expect((await page.goto(`${at}/v2/_catalog`))?.status()).toBe(421);
    await page.close();
    expect(await attempts(`${at}/v2/`, at)).toEqual([]);
    // A form in a sandbox is of no origin, but its host is asked for first.
    expect(Object.keys(await unharmed())).toEqual(['421']);
  });

  it('refuses what a page leads the user to', async () => {
    const { port, unharmed } = await begin();
    const page = await browser.newPage();
    await page.goto(`http://localhost:${elsewhere}/`);
    const at = `http://127.0.0.1:${port}/v2/_catalog`;
    await page.evaluate(
      `new Promise((resolve) => { const frame = document.createElement('iframe'); frame.onload = () => resolve(''); frame.src = '${at}'; document.body.append(frame); })`,
    );
    await page.evaluate(`setTimeout(() => { location.href = '${at}'; })`);
    await expect
      .poll(() => page.evaluate('document.body.innerText').catch(() => ''))
      .toContain('requests of web pages of another origin are refused');
    await page.close();
    expect(Object.keys(await unharmed())).toEqual(['403']);
  });

  it('shows what the user opens, and serves a page of its own', async () => {
    const { port, statuses } = await begin();
    for (const name of ['127.0.0.1', 'localhost']) {
      const page = await browser.newPage();
      expect((await page.goto(`http://${name}:${port}/v2/_catalog`))?.status()).toBe(200);
      expect(await page.evaluate(`fetch('/v2/priv/app/tags/list').then((answer) => answer.json())`)).toEqual({
        name: 'priv/app',
        tags: ['v1'],
      });
      const begun = `fetch('/v2/own/page/blobs/uploads/', { method: 'POST' }).then((answer) => answer.status)`;
      expect(await page.evaluate(begun)).toBe(202);
      await page.close();
    }
    expect(await statuses()).toMatchObject({ 200: 4, 202: 2 });
  });
});
