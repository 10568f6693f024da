import { describe, expect, it } from 'vitest';
import { readPolicyDocument } from '../../../src/trust/policy/policy-document.js';

const GOOD = `version: 1
trust:
  release:
    key: release.pub
rules:
  sbom:
    scope: ghcr.io/acme/**
    kind: sbom
    by: release
`;

function complaint(text: string | object, name = 'policy.yaml'): string {
  try {
    readPolicyDocument(text, name);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    if (!(error instanceof Error)) throw error;
    return 'hint' in error && error.hint !== undefined ? `${error.message} | ${String(error.hint)}` : error.message;
  }
  return 'none';
}

/** The good policy with a part replaced. */
const but = (part: string, other: string) => {
  expect(GOOD).toContain(part);
  return GOOD.replace(part, other);
};

describe('a policy file', () => {
  it('is read with its defaults', () => {
    expect(readPolicyDocument(GOOD, 'policy.yaml').document).toEqual({
      version: 1,
      trust: { release: { key: 'release.pub' } },
      rules: {
        sbom: { scope: ['ghcr.io/acme/**'], kind: 'sbom', on: 'any', by: ['release'], count: 1 },
      },
    });
  });

  it('is read as JSON, and as a value', () => {
    const { document } = readPolicyDocument(GOOD, 'policy.yaml');
    const value = { ...document, rules: { sbom: { scope: 'ghcr.io/acme/**', kind: 'sbom', by: 'release' } } };
    expect(readPolicyDocument(value, 'policy').document).toEqual(document);
    expect(readPolicyDocument(JSON.stringify(value), 'policy.json').document).toEqual(document);
    expect(readPolicyDocument(Buffer.from(JSON.stringify(value)), 'policy').document).toEqual(document);
  });

  it.each([
    [but('scope: ghcr', 'scop: ghcr'), '7:5: rule "sbom": unknown member "scop" | Write scope'],
    [but('version: 1', 'versoin: 1'), '1:1: unknown member "versoin" | Write version'],
    [but('kind: sbom', 'knd: sbom'), '8:5: rule "sbom": unknown member "knd" | Write kind'],
    [
      but('kind: sbom', 'kind: sbm'),
      /^policy.yaml:8:11: rule "sbom": kind: wanted sbom or .*, got "sbm" \| Write sbom$/,
    ],
    [
      but('by: release', 'by: [release, relase]'),
      '9:19: rule "sbom": by[1]: wanted the name of a trust, got "relase" | Write release',
    ],
    [but('by: release', 'by: release\n    maxAge: 30'), '10:13: rule "sbom": maxAge: wanted a text, got 30'],
    [
      but('by: release', 'by: release\n    maxAge: 30 days'),
      '10:13: rule "sbom": maxAge: wanted a span like 30d or 12h, got "30 days"',
    ],
    [but('by: release', 'by: release\n    count: 0'), '10:12: rule "sbom": count: wanted 1 or more'],
    [but('by: release', 'by: release\n    count: 1.5'), '10:12: rule "sbom": count: wanted a whole number, got 1.5'],
    [but('trust:', 'requireLog: yes\ntrust:'), '2:13: requireLog: wanted true or false, got "yes"'],
    [but('by: release', 'by: []'), '9:9: rule "sbom": by: wanted at least one'],
    [but('    by: release\n', ''), '7:5: rule "sbom": by: it is missing'],
    [but('    kind: sbom\n', ''), '7:5: rule "sbom": wanted kind or predicateType, got neither'],
    [but('scope: ghcr.io/acme/**', 'scope: 7'), '7:12: rule "sbom": scope: wanted a text or a list of texts, got 7'],
    [but('version: 1', 'version: 2'), '1:10: version: wanted 1, got 2 | Known are 1'],
    [but('version: 1\n', ''), '1:1: version: it is missing | Known are 1'],
    [but('trust:', 'trsut:'), '2:1: unknown member "trsut" | Write trust'],
    [
      but('  sbom:', '  "a b":'),
      '6:3: rules: wanted a name of letters, digits, ".", "_" and "-", 64 at most, got "a b"',
    ],
    [but('  sbom:', '  __proto__:'), '6:3: rules: wanted another name than __proto__'],
    [but('  release:', '  __proto__:'), '3:3: trust: wanted another name than __proto__'],
    [
      but('version', '__proto__: {}\nversion'),
      '1:1: unknown member "__proto__" | Known are version, trustedRoot, requireLog, trust, rules',
    ],
    [GOOD.replace(/rules:[\s\S]*/, 'rules: {}\n'), '5:8: rules: wanted at least one rule'],
    [GOOD.replace(/rules:[\s\S]*/, 'rules: []\n'), '5:8: rules: wanted members, got a list'],
    ['- a\n', '1:1: wanted members, got a list'],
    ['', /^policy.yaml: wanted members, got nothing$/],
  ])('%j: %s', (text, message) => {
    if (typeof message === 'string') expect(complaint(text)).toBe(`policy.yaml:${message}`);
    else expect(complaint(text)).toMatch(message);
  });

  it.each([
    ['key: release.pub', 'key: release.pub\n    identity: a\n    issuer: b', 'key and identity and issuer'],
    ['key: release.pub', 'identity: a', 'identity'],
    ['key: release.pub', 'identity: a\n    identityRegexp: a\n    issuer: b', 'identity and identityRegexp and issuer'],
    ['key: release.pub', 'identity: a\n    issuer: b\n    issuerRegexp: b', 'identity and issuer and issuerRegexp'],
    ['key: release.pub', 'trustPolicy: a', 'trustPolicy'],
    ['key: release.pub', 'trustedRoot: a', 'none'],
    ['\n    key: release.pub', ' {}', 'none'],
  ])('a trust is of one form: not %j, but %j', (part, other, got) => {
    expect(complaint(but(part, other))).toMatch(
      new RegExp(
        `^policy.yaml:\\d:\\d+: trust "release": wanted key, or identity with issuer, or trustPolicy with trustStore, got ${got}$`,
      ),
    );
  });

  it('refuses a trusted root for a key, and an expression that is not one', () => {
    expect(complaint(but('key: release.pub', 'key: release.pub\n    trustedRoot: root.json'))).toMatch(
      /trustedRoot belongs/,
    );
    expect(complaint(but('key: release.pub', 'identityRegexp: "("\n    issuer: a'))).toBe(
      `policy.yaml:4:21: trust "release": identityRegexp: wanted a regular expression in JavaScript's syntax`,
    );
  });

  it.each([
    ['a second document', `${GOOD}---\nversion: 1\n`, '10:1: wanted one document, got several'],
    ['a name twice', `${GOOD}  sbom:\n    scope: '**'\n`, '10:3: wanted each name once'],
    [
      'a rule twice, as a number and as a text',
      GOOD.replace('sbom:', '1: {}\n  "1":'),
      '6:3: wanted a text in quotes as the name of a member',
    ],
    [
      'on: as YAML 1.1 reads it',
      `%YAML 1.1\n---\n${but('by: release', 'by: release\n    on: index\n    on: any')}`,
      '13:5: wanted each name once',
    ],
    [
      'an alias',
      but('by: release', 'by: &one release\n    predicateType: *one'),
      '10:20: wanted the value itself, got an alias',
    ],
    ['a tag', but('kind: sbom', 'kind: !sbom sbom'), '8:11: Unresolved tag: !sbom'],
    [
      'a list as a name',
      but('kind: sbom', '? [kind]\n    : sbom'),
      '8:7: wanted a text in quotes as the name of a member',
    ],
    ['a tab', but('    kind', '\tkind'), '8:1: '],
    ['open brackets', `a: ${'['.repeat(100_000)}`, ' wanted at most 100 levels of nesting'],
    ['lists in lists', `${'- '.repeat(10_000)}a`, ' wanted at most 100 levels of nesting'],
    ['too much', `# ${'a'.repeat(200_000)}`, ' wanted at most 131072 bytes, got 200002'],
  ])('refuses %s', (_what, text, message) => {
    expect(complaint(text)).toContain(`policy.yaml:${message}`);
  });

  it('refuses what is not UTF-8, and YAML in a file that says JSON', () => {
    expect(complaint(Buffer.from([0x61, 0xff]))).toBe('policy.yaml: wanted UTF-8');
    expect(complaint(GOOD, 'policy.json')).toMatch(/^policy\.json is not JSON: .* \(line 1, column 1\)$/);
    const twice = '{"version": 1,\n "trust": {}, "tr\\u0075st": {}}';
    expect(complaint(twice, 'policy.json')).toBe('policy.json:2:15: wanted each name once');
  });

  it('names the part of a value that is not a file', () => {
    expect(
      complaint({ version: 1, trust: {}, rules: { sbom: { scope: '**', kind: 'sbom', by: 'a' } } }, 'policy'),
    ).toBe('policy: rule "sbom": by[0]: wanted the name of a trust, got "a"');
    expect(complaint(JSON.parse('{"version":1,"trust":{},"rules":{"__proto__":{}}}'), 'policy')).toBe(
      'policy: rules: wanted another name than __proto__',
    );
  });
});

describe('a scope', () => {
  const judged = (scope: string) => complaint(but('ghcr.io/acme/**', JSON.stringify(scope)));

  it.each([
    '**',
    '*/**',
    '**/app',
    'docker.io/**',
    'docker.io/*/*',
    'ghcr.io/acme/app',
    '*.acme.example/*',
    'localhost/app',
    'registry:5000/**',
    '[::1]:5000/app',
  ])('may be %s', (scope) => {
    expect(judged(scope)).toBe('none');
  });

  it.each([
    ['acme/app', /wanted a registry with a repository/],
    ['app', /wanted a registry with a repository/],
    ['ghcr.io', /wanted a registry with a repository/],
    ['*', /wanted a registry with a repository/],
    ['ghcr.io/acme/app:v1', /wanted a repository without tag and digest/],
    ['ghcr.io/acme/app@sha256:ab', /wanted a repository without tag and digest/],
    ['ghcr.io/Acme/*', /wanted lower-case .* got "Acme"/],
    ['GHCR.io/acme/*', /wanted lower-case .* got "GHCR.io"/],
    ['ghcr.io//app', /wanted lower-case .* got ""/],
    ['ghcr.io/acme/app**', /wanted \*\* as a whole part/],
    ['ghcr.io:443/app', /without the port 443/],
    ['*.acme.example:443/**', /without the port 443/],
    ['docker.io/alpine', /docker\.io\/library\/alpine/],
    ['docker.io/*', /docker\.io\/library\/\*/],
    ['index.docker.io/library/app', /wanted the registry as docker\.io/],
    ['ghcr.io./app', /a final dot/],
    ['*.:5000/app', /a final dot/],
    ['127.1/app', /wanted the registry as 127\.0\.0\.1/],
    ['https://ghcr.io/app', /wanted lower-case|wanted a repository/],
    ['oci:./layout', /only the scope \*\* fits images in layouts/],
  ])('cannot be %s', (scope, message) => {
    expect(judged(scope)).toMatch(message);
  });
});
