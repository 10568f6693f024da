import { describe, expect, it } from 'vitest';
import { formatPlatform, matchesPlatform, type Platform, parsePlatform } from '../../../src/oci/values/platform.js';
import { faultOf } from '../support/fault.js';

const linux = (architecture: string, variant?: string): Platform => ({
  os: 'linux',
  architecture,
  ...(variant === undefined ? {} : { variant }),
});

describe('parsePlatform and formatPlatform', () => {
  it.each<[string, Platform]>([
    ['linux/amd64', linux('amd64')],
    ['linux/arm/v7', linux('arm', 'v7')],
    ['linux/arm64/v8.1', linux('arm64', 'v8.1')],
    ['linux/riscv64/rva20u64', linux('riscv64', 'rva20u64')],
    ['linux/ppc64le/power8', linux('ppc64le', 'power8')],
    ['unknown/unknown', { os: 'unknown', architecture: 'unknown' }],
    ['windows:10.0.17763.1/amd64', { os: 'windows', architecture: 'amd64', 'os.version': '10.0.17763.1' }],
  ])('A24 D8 %s', (text, platform) => {
    expect(parsePlatform(text)).toEqual(platform);
    expect(formatPlatform(platform)).toBe(text);
  });

  it.each([
    '',
    'linux',
    '/',
    'linux/',
    '/amd64',
    'linux//v7',
    'linux/arm/',
    'linux/arm/v7/x',
    'windows:/amd64',
    'windows:1:2/amd64',
    'windows:a b/amd64',
    'linux/a b',
    'linux/amd64\n',
    'linux/\u001b[2J',
  ])('refuses %j', (text) => {
    const fault = faultOf(() => parsePlatform(text));
    expect(fault).toMatchObject({ code: 'INVALID_ARGUMENT', found: text, hint: 'Write it like linux/arm64/v8' });
    expect(fault.message).toMatch(/^platform ".*" is not os\/architecture\[\/variant\]$/);
    expect(fault.message).not.toContain('\u001b');
  });

  it('leaves empty fields out', () => {
    expect(formatPlatform({ os: 'linux', architecture: 'arm', variant: '', 'os.version': '' })).toBe('linux/arm');
  });
});

describe('matchesPlatform', () => {
  const windows = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.1', 'os.features': ['win32k', 'x'] };

  it.each<[Platform, Platform, boolean]>([
    [linux('amd64'), linux('amd64'), true],
    [linux('amd64'), linux('arm64'), false],
    [linux('amd64'), { os: 'darwin', architecture: 'amd64' }, false],
    [linux('arm'), linux('arm', 'v6'), true],
    [linux('arm', 'v7'), linux('arm', 'v7'), true],
    [linux('arm', 'v7'), linux('arm', 'v6'), false],
    [linux('arm', 'v7'), linux('arm'), true],
    [linux('arm', 'v6'), linux('arm'), false],
    [linux('arm64', 'v8'), linux('arm64'), true],
    [linux('arm64', 'v8'), linux('arm64', ''), true],
    [linux('arm64', 'v8.1'), linux('arm64'), false],
    [linux('arm64'), linux('arm64', 'v8'), true],
    [linux('amd64', 'v1'), linux('amd64'), true],
    [linux('amd64', 'v2'), linux('amd64'), false],
    [linux('riscv64', 'rva20u64'), linux('riscv64'), false],
    [linux('constructor', 'v1'), linux('constructor'), false],
    [{ os: 'windows', architecture: 'amd64' }, windows, true],
    [{ os: 'windows', architecture: 'amd64', 'os.version': '10.0.1' }, windows, true],
    [{ os: 'windows', architecture: 'amd64', 'os.version': '10.0.2' }, windows, false],
    [windows, { os: 'windows', architecture: 'amd64' }, false],
    [{ os: 'windows', architecture: 'amd64', 'os.features': ['win32k'] }, windows, true],
    [{ os: 'windows', architecture: 'amd64', 'os.features': ['y'] }, windows, false],
  ])('D8 %j is satisfied by %j: %s', (wanted, offered, expected) => {
    expect(matchesPlatform(wanted, offered)).toBe(expected);
  });
});
