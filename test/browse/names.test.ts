import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { attachmentNamed } from '../../src/browse/headers.js';
import { openerFor, whyNoBrowser } from '../../src/browse/open-browser.js';
import { commandLine } from '../../src/browse/site/command-line.js';

describe('the name of a download', () => {
  it.each([
    ['sbom.spdx.json', 'sbom.spdx.json'],
    ['a b (1).txt', 'a b (1).txt'],
    ['dir/../../etc/passwd', 'passwd'],
    ['C:\\Windows\\evil.exe', 'evil.exe'],
    ['.bashrc', '_bashrc'],
    ['..', '_'],
    ['', 'file'],
    ['a"; filename="b.exe', 'a_; filename=_b.exe'],
    ['a\r\nSet-Cookie: x=1', 'a__Set-Cookie_ x=1'],
    ['inv\u202egnp.exe', 'inv_gnp.exe'],
  ])('%j is saved as %j', (name, saved) => {
    const header = attachmentNamed(name);
    expect(header).toMatch(/^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w%!#$&+.^`|~-]+$/);
    expect(/filename="([^"]*)"/.exec(header)?.[1]).toBe(saved);
    expect(decodeURIComponent(/UTF-8''(.*)$/.exec(header)?.[1] ?? '')).toBe(saved);
  });

  it('keeps letters of other alphabets in its second form', () => {
    expect(attachmentNamed('bericht-ä-表.json')).toBe(
      'attachment; filename="bericht-_-_.json"; filename*=UTF-8\'\'bericht-%C3%A4-%E8%A1%A8.json',
    );
  });
});

describe('a command to copy', () => {
  it('stands as people write it', () => {
    expect(commandLine('discover', 'ghcr.io/acme/app:v1')).toBe('remora discover ghcr.io/acme/app:v1');
    expect(commandLine('repo', 'tags', '--match', '*v1*', 'x')).toBe("remora repo tags --match '*v1*' x");
  });

  it.each([
    'oci:./my dir:v1',
    "it's",
    '$(id)',
    '`id`',
    'a;b',
    '~/x',
    'a\nb',
    'a\u202eb',
    '*',
    '',
    'ä',
    '\u{e0041}',
    "x\u0007'\\y",
  ])('gives bash the word %j', (word) => {
    const line = commandLine(word).replace(/^remora/, "printf '%s'");
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    expect(execFileSync('bash', ['-c', line], { encoding: 'utf8', env })).toBe(word);
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

describe('the browser of the user', () => {
  it('gets the address without a shell', () => {
    const url = 'http://127.0.0.1:1/?token=a&b';
    expect(openerFor(url, 'linux')).toEqual(['xdg-open', url]);
    expect(openerFor(url, 'darwin')).toEqual(['open', url]);
    expect(openerFor(url, 'win32')).toEqual(['rundll32', 'url.dll,FileProtocolHandler', url]);
  });

  it.each([
    [{}, 'linux', 'neither DISPLAY nor WAYLAND_DISPLAY is set'],
    [{ DISPLAY: ':0' }, 'linux', undefined],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, 'linux', undefined],
    [{ DISPLAY: ':0', CI: 'true' }, 'linux', 'CI is set'],
    [{ DISPLAY: ':10', SSH_CONNECTION: 'x' }, 'linux', 'this is an SSH session'],
    [{}, 'darwin', undefined],
    [{}, 'win32', undefined],
  ] as const)('%j on %s: %j', (env, platform, why) => {
    expect(whyNoBrowser(env, platform)).toBe(why);
  });
});
