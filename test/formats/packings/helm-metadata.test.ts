import { describe, expect, it } from 'vitest';
import { goJson, helmMetadata } from '../../../src/formats/packings/helm-metadata.js';

const config = (yaml: string, requirements?: string) =>
  goJson(helmMetadata(Buffer.from(yaml), requirements === undefined ? undefined : Buffer.from(requirements)).document);
const BASE = 'apiVersion: v2\nname: c\nversion: 1.0.0\n';

describe('the config of a chart', () => {
  it.each([
    [
      'is in the order of Helm',
      'version: 1.0.0\nname: c\napiVersion: v2',
      '{"name":"c","version":"1.0.0","apiVersion":"v2"}',
    ],
    ['has a text for a number', `${BASE}appVersion: 1.10`, '"appVersion":"1.1"}'],
    [
      'has a text for a large number',
      `${BASE}appVersion: 10261127123456789012`,
      '"appVersion":"10261127123456789012"}',
    ],
    ...(
      [
        ['20261127123456789012', '2.0261127e+19'],
        ['-9223372036854775809', '-9.223372e+18'],
        ['20240101.12', '2.0240102e+07'],
        ['685_230.15', '685230.1'],
        ['123456.7', '123456.7'],
        ['1e6', '1e+06'],
        ['0.0001', '0.0001'],
        ['0.00001', '1e-05'],
        ['-0.0', '-0'],
        ['-.inf', '-Inf'],
        ['.', '.'],
        ['.5', '0.5'],
      ] as const
    ).map(([number, text]) => [
      `has Go's text for ${number}`,
      `${BASE}appVersion: ${number}`,
      `"appVersion":"${text}"}`,
    ]),
    ['has a text for a date', `${BASE}appVersion: 2026-11-27`, '"appVersion":"2026-11-27"}'],
    ['has a text for minutes', `${BASE}appVersion: 12:30`, '"appVersion":"12:30"}'],
    ['has truth as YAML 1.1 writes it', `${BASE}deprecated: yes`, '"deprecated":true}'],
    [
      'leaves out what is empty',
      `${BASE}icon: ""\nkeywords: []\ndeprecated: false\nannotations: {}\nhome:`,
      '"apiVersion":"v2"}',
    ],
    ['leaves out what Helm does not know', `${BASE}mine: 1`, '"apiVersion":"v2"}'],
    ['escapes as Go does', `${BASE}home: a<b>&c`, '"home":"a\\u003cb\\u003e\\u0026c"'],
    ['keeps what can be printed', `${BASE}description: "a\\tb\\u200bc\\u0007"`, '"description":"a bc"'],
    [
      'finds a member without its case',
      'APIVERSION: v2\nName: c\nVERSION: "1.0"',
      '{"name":"c","version":"1.0","apiVersion":"v2"}',
    ],
    [
      'follows anchors and merges',
      `x: &x {name: d}\n${BASE}dependencies: [{<<: *x, version: "1"}]`,
      '"dependencies":[{"name":"d","version":"1","repository":""}]',
    ],
    ['reads the first document', `${BASE}---\nname: other`, '{"name":"c"'],
    ['is of version 1 where nothing says so', 'name: c\nversion: 1.0.0', '"apiVersion":"v1"'],
    ['has maps in order', `${BASE}annotations: {b: 2, a: true}`, '"annotations":{"a":"true","b":"2"}'],
    [
      'has values of imports as they are',
      `${BASE}dependencies: [{name: d, repository: r, enabled: true, import-values: [a, {parent: p, child: 1.5}]}]`,
      '"enabled":true,"import-values":["a",{"child":1.5,"parent":"p"}]}]',
    ],
  ])('%s', (_name, yaml, part) => {
    expect(config(yaml)).toContain(part);
  });

  it('has the dependencies of requirements.yaml', () => {
    expect(config('name: c\nversion: 1.0.0', 'dependencies: [{name: d, version: "1", repository: r}]')).toContain(
      '"dependencies":[{"name":"d","version":"1","repository":"r"}]',
    );
  });

  it.each([
    ['no name', 'version: 1.0.0', 'it has no name'],
    ['no version', 'name: c', 'it has no version'],
    ['a version that is none', 'name: c\nversion: latest', 'its version is "latest"'],
    ['a prerelease with a leading zero', 'name: c\nversion: 1.0.0-rc.01', 'its version is "1.0.0-rc.01"'],
    ['a number of 2^64 and more', 'name: c\nversion: 99999999999999999999.0.0', 'its version is "9999'],
    ['a name with a slash', 'name: a/b\nversion: 1.0.0', 'its name is "a/b"'],
    ['another type', `${BASE}type: operator`, 'its type is "operator"'],
    ['a name twice', `${BASE}name: d`, 'it has "name" twice'],
    ['a name twice, in another case', `${BASE}Name: d`, 'it has "name" twice'],
    ['a list for a text', `${BASE}home: [a]`, 'home is not a text'],
    ['a text for a list', `${BASE}keywords: a`, 'keywords is not a list'],
    ['a text for truth', `${BASE}deprecated: "no"`, 'deprecated is not true or false'],
    ['a maintainer that is nobody', `${BASE}maintainers: [null]`, 'maintainers[0] is not a map'],
    ['another document', '- a', 'it has no members'],
    ['no document', '', 'it has no members'],
    ['broken YAML', 'a: [', 'Chart.yaml cannot be used'],
    ['deep nesting', `a: ${'['.repeat(5000)}`, 'wanted at most 500 levels'],
    ['deep lists', `${'- '.repeat(5000)}a`, 'wanted at most 500 levels'],
  ])('refuses %s', (_name, yaml, message) => {
    expect(() => config(yaml)).toThrow(message);
  });

  it('refuses a bomb of anchors, and what is too large, at once', () => {
    const levels = Array.from({ length: 9 }, (_, n) => `l${n + 1}: &l${n + 1} [${`*l${n},`.repeat(9)}]`);
    const bomb = `l0: &l0 [lol]\n${levels.join('\n')}\n${BASE}keywords: *l9`;
    expect(() => config(bomb)).toThrow('Chart.yaml cannot be used');
    const many = `${BASE}${Array.from({ length: 60_000 }, (_, n) => `k${n}: 1\n`).join('')}`;
    expect(config(many)).toContain('"name":"c"');
    expect(() => config(`${BASE}icon: ${'x'.repeat(1024 * 1024)}`)).toThrow('wanted at most 1048576');
    expect(() => helmMetadata(Buffer.from([0x6e, 0xff, 0x3a]))).toThrow('it is not UTF-8');
  });

  it('keeps names that JavaScript has for itself', () => {
    expect(config(`${BASE}annotations: {__proto__: a, constructor: b}`)).toContain(
      '"annotations":{"__proto__":"a","constructor":"b"}',
    );
  });
});
