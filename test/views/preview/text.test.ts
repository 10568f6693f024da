import { expect, it } from 'vitest';
import { preview } from '../../../src/views/preview/preview.js';
import { renderPreview } from '../../../src/views/preview/render/render.js';
import { previewJson, previewText } from './support.js';

it('shows text with its lines', async () => {
  const found = await previewText('one\r\ntwo\n\nfour');
  expect(found.parts).toEqual([
    { type: 'text', title: 'Text', isOpen: true, lines: ['one', 'two', '', 'four'], isCut: false },
  ]);
});

it.each(['utf16le', 'utf-8'] as const)('reads text in %s', async (encoding) => {
  const found = await preview(Buffer.from('\ufeffgr\u00fc\u00dfe', encoding), { isWhole: true });
  expect(found.parts).toMatchObject([{ type: 'text', lines: ['grüße'] }]);
  expect(found.notes.map(({ text }) => text)).toEqual(encoding === 'utf-8' ? [] : ['The text is in UTF-16.']);
});

it('cuts long text, and says so', async () => {
  const many = await previewText('line\n'.repeat(5000));
  expect(many.parts).toMatchObject([{ isCut: true }]);
  const long = await previewText('x'.repeat(5000));
  expect(long.parts).toMatchObject([{ isCut: true, lines: ['x'.repeat(2000)] }]);
  expect(renderPreview(long).text).toContain('download the file for all of it');
});

it('names characters that nobody sees, and escapes markup', async () => {
  const { text } = renderPreview(await previewText('a\u202eb\u001b[31m<img src=x onerror=alert(1)>\u{e0041}'));
  expect(text).toContain('a<span class="control">\\u202e</span>b');
  expect(text).toContain('\\u001b');
  expect(text).toContain('\\u{e0041}');
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
  expect(text).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}|<img/u);
});

it('shows other bytes in hexadecimal', async () => {
  const found = await preview(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0xff), { isWhole: true });
  expect(found).toMatchObject({
    what: 'an ELF program',
    parts: [{ type: 'hex', lines: [{ offset: '00000000', bytes: '7f 45 4c 46 00 ff', text: '.ELF..' }], more: 0 }],
  });
});

it('shows JSON as a tree, of which deeper levels are folded', async () => {
  const found = await previewJson({ a: { b: { c: [1, 'x', null, true] } }, ['__proto__']: {} });
  const { text } = renderPreview(found);
  expect(text.match(/<details open>/g)).toHaveLength(2);
  expect(text.match(/<details>/g)).toHaveLength(2);
  expect(text).toContain('<span class="key">&quot;c&quot;</span>');
});

it('shows a name that an object has twice as a fault, and the document as text', async () => {
  const found = await previewText('{"a":1,"a":2}');
  expect(found.notes).toMatchObject([{ level: 'warning' }]);
  expect(found.notes[0]?.text).toContain('twice');
  expect(found.parts).toMatchObject([{ type: 'text' }]);
});

it('shows the beginning of a long document as text', async () => {
  const found = await preview(Buffer.from('{"a":[1,2,'), { isWhole: false });
  expect(found.parts).toMatchObject([{ type: 'text', isCut: true }]);
  expect(found.notes[0]?.text).toContain('beginning');
});

it('says that a file is empty', async () => {
  expect(await previewText('')).toMatchObject({ what: 'empty', parts: [{ type: 'text', lines: [] }] });
});

it.each([
  ['png', 'a PNG image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ['jpeg', 'a JPEG image', Buffer.from('ffd8ffe000104a46494600010100', 'hex')],
])('says that it draws no %s', async (type, what, bytes) => {
  const found = await preview(bytes, { mediaType: `image/${type}`, isWhole: true });
  expect(found).toMatchObject({ what, notes: [{ level: 'info' }], parts: [{ type: 'hex' }] });
  expect(renderPreview(found).text).toContain('Download it to look at it');
});

it.each([
  '<svg xmlns="http://www.w3.org/2000/svg" onload="hit()"/>',
  '<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg>\n<svg>',
])('shows %s as text', async (svg) => {
  const found = await previewText(svg);
  expect(found).toMatchObject({ what: 'an SVG image', parts: [{ type: 'text' }] });
  expect(found.notes[0]?.text).toContain('it can hold scripts');
  expect(renderPreview(found).text).not.toContain('<svg');
});
