import { hash } from 'node:crypto';
import { expect, it } from 'vitest';
import { facts, table, tree } from '../../../src/views/html/blocks.js';
import { html, raw } from '../../../src/views/html/html.js';
import { date, digest, kindBadge, size, verdictMark } from '../../../src/views/html/marks.js';
import { page, pagePolicy } from '../../../src/views/html/page.js';

const HOSTILE = `</script><img src=x onerror=alert(1)> "'&\u202e\u0000\u{e0001}`;
const HARMLESS = '&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&amp;\\u202e\\u0000\\u{e0001}';

it('keeps text text, in elements and in attributes, and shows characters that hide', () => {
  expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.text).toBe(`<p title="${HARMLESS}">${HARMLESS}</p>`);
  expect(html`${['a', raw('<b>'), undefined, false, 0]}`.text).toBe('a<b>0');
});

it('is a document whose policy names its own style and script alone', () => {
  const parts = { title: HOSTILE, body: html`<main id="main"></main>`, style: '.a{}', script: 'let a;' };
  const document = page(parts);
  expect(document).toMatch(/^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv/);
  expect(document).toContain(`<title>${HARMLESS}</title>`);
  const inside = (name: string) => new RegExp(`<${name}>([^]*?)</${name}>`).exec(document)?.[1] ?? '';
  expect(inside('script')).toBe('let a;');
  expect(inside('style')).toContain('color-scheme: light dark');
  expect(inside('style')).toContain('.kind-sbom{');
  const policy = pagePolicy(parts);
  for (const name of ['style', 'script'])
    expect(policy).toContain(`${name}-src 'sha256-${hash('sha256', inside(name), 'base64')}'`);
  expect(document).toContain(`content="${policy.replaceAll("'", '&#39;')}"`);
  expect(policy).toContain("default-src 'none'");
  expect(pagePolicy({})).toContain("script-src 'none'");
  expect(pagePolicy({ served: true })).toContain("form-action 'self'");
  expect(document.match(/<img|onerror=(?!alert\(1\)&gt;)/)).toBeNull();
});

it('marks kinds, verdicts, sizes, dates and digests', () => {
  expect(kindBadge('sbom').text).toBe('<span class="kind kind-sbom">sbom</span>');
  expect(kindBadge('a" onclick="x').text).toBe('<span class="kind kind-aonclickx">a&quot; onclick=&quot;x</span>');
  expect(verdictMark('wrong').text).toContain('class="verdict wrong"');
  expect(size(1500).text).toBe('<span class="size" title="1500 bytes">1.5 kB</span>');
  expect(date('2026-11-24T12:00:59+02:00').text).toBe(
    '<time datetime="2026-11-24T12:00:59+02:00" title="2026-11-24T12:00:59+02:00">2026-11-24 10:00 UTC</time>',
  );
  expect(date('2026-11-24T12:00:00Z', new Date('2026-11-27T11:00:00Z')).text).toContain('(2 d ago)');
  expect(date('2026-11-24T12:00:00Z', new Date('2026-11-23T11:00:00Z')).text).not.toContain('ago');
  expect(date('<yesterday>').text).toBe('<bdi>&lt;yesterday&gt;</bdi>');
  expect(digest(`sha256:${'a'.repeat(64)}`).text.replace(/<[^>]*>/g, '')).toBe(`sha256:${'a'.repeat(64)}`);
});

it('lists facts, rows and branches', () => {
  expect(
    facts([
      ['a', '<'],
      ['b', undefined],
      ['c', 0],
    ]).text,
  ).toBe('<dl class="facts"><dt>a</dt><dd>&lt;</dd><dt>c</dt><dd>0</dd></dl>');
  const rows = table('All', [{ name: 'N', as: 'number' }], [{ cells: [1], words: 'One "x"' }]).text;
  expect(rows).toContain('<tr data-words="one &quot;x&quot;"><td class="number">1</td></tr>');
  const lines = tree([{ label: html`a`, below: [{ label: html`b`, id: 'b' }] }], 'All').text;
  expect(lines).toBe(
    '<ul class="tree" aria-label="All"><li><details open><summary><span class="row">a</span></summary><ul><li id="b"><div class="leaf"><span class="row">b</span></div></li>\n</ul></details></li>\n</ul>',
  );
});
