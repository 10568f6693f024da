import { describe, expect, it } from 'vitest';
import { parseTemplate, type TemplateValues } from '../../../src/operations/pull/template.js';

const VALUES: TemplateValues = {
  kind: 'sbom',
  format: 'spdx',
  platform: 'linux/arm64/v8',
  digest: '0123456789abcdef'.repeat(4),
  title: 'out/sbom.json',
  ext: '.spdx.json',
  type: 'application/spdx+json',
};
const name = (template: string, more: Partial<TemplateValues> = {}) => parseTemplate(template)({ ...VALUES, ...more });

describe('a template of names', () => {
  it.each([
    ['{kind}-{platform}-{digest:12}{ext}', 'sbom-linux-arm64-v8-0123456789ab.spdx.json'],
    ['{digest}', VALUES.digest],
    ['{format}/{type}{ext}', 'spdx/application-spdx+json.spdx.json'],
    ['{title}', 'out-sbom.json'],
    ['./a//{kind}', 'a/sbom'],
    ['fixed', 'fixed'],
    ['ü {kind}$', 'ü sbom$'],
  ])('%j gives %j', (template, expected) => expect(name(template)).toBe(expected));

  it('writes what is not known as none, but for the extension', () => {
    const unknown = { kind: undefined, format: undefined, platform: undefined, title: '', ext: '' };
    expect(name('{kind}-{format}-{platform}-{title}{ext}', unknown)).toBe('none-none-none-none');
  });

  it.each([
    '',
    '/',
    '/abs',
    '../up',
    'a/../b',
    '{kind}/..',
    'a\\b',
    'a\nb',
    'dir/',
    '{kind',
    'kind}',
    '{{kind}}',
    '{}',
    '{nope}',
    '{Kind}',
    '{kind:3}',
    '{digest:}',
    '{digest:0}',
    '{digest:3}',
    '{digest:129}',
    '{digest:1e1}',
    '{__proto__}',
    '{constructor}',
  ])('%j is refused before anything is asked', (template) => {
    expect(() => parseTemplate(template)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', hint: expect.any(String) }),
    );
  });

  it.each([
    '..',
    '.',
    '...',
    '../../etc/passwd',
    '/etc/passwd',
    'a\0b',
    'a\nb',
    '\u202egnp',
    '..\\x',
    'C:x',
    '$(id)',
    'a b',
    '*?',
  ])('lets no part of the value %j lead elsewhere', (value) => {
    expect(name('d/{title}', { title: value })).toMatch(/^d\/[\p{L}\p{N}._+@=-]+$/u);
    expect(name('d/{type}-{platform}', { type: value, platform: value })).toMatch(/^d\/[\p{L}\p{N}._+@=-]+$/u);
  });

  it('refuses a name that a value makes too long', () => {
    const title = 'x'.repeat(300);
    expect(() => name('d/{title}', { title })).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
  });
});
