import { describe, expect, it } from 'vitest';
import { describeVerifiedOnIndex, unmetLines, verdictLines } from '../../../src/cli/output/attached/verify.js';
import { verdictTable } from '../../../src/cli/output/attached/verify-table.js';
import { summaryLine, verifyNotes } from '../../../src/cli/output/verify-summary.js';
import { widthOf } from '../../../src/cli/output/width.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import type { VerifiedNode, VerifiedPlatform, VerifyResult } from '../../../src/operations/verify/verify.js';

const plain = (_style: unknown, text: string) => text;
const digestOf = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);
const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const KEY = { type: 'key', fingerprint: '1f3a9c2b4d5e'.padEnd(64, '0') } as const;

function node(digit: string, fields: Partial<VerifiedNode>): VerifiedNode {
  const digest = digestOf(digit);
  return {
    reference: `registry.example/team/app@${digest}`,
    mediaType: IMAGE,
    digest,
    size: 700,
    subject: digestOf('a'),
    via: ['api'],
    verdict: 'unchecked',
    referrers: [],
    ...fields,
  };
}

function result(referrers: readonly VerifiedNode[], fields: Partial<VerifyResult> = {}): VerifyResult {
  return {
    reference: `registry.example/team/app@${digestOf('a')}`,
    mediaType: IMAGE,
    digest: digestOf('a'),
    size: 500,
    outcome: 'verified',
    referrers,
    missing: [],
    onIndex: [],
    asked: [],
    incomplete: [],
    revocation: 'unchecked',
    ...fields,
  };
}

const byKey = node('1', {
  kind: 'signature',
  artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
  verdict: 'verified',
  signer: KEY,
  trusts: ['cosign.pub'],
  times: [{ time: '2026-11-24T12:00:31Z', from: 'log', logIndex: '123' }],
});
const covered = node('2', {
  kind: 'sbom',
  artifactType: 'application/spdx+json',
  verdict: 'verified',
  coveredBy: digestOf('1'),
});
const moved = node('3', {
  kind: 'attestation',
  predicateType: 'https://slsa.dev/provenance/v1',
  verdict: 'wrong',
  reason: 'subject',
  message: `it is about ${digestOf('b')}, wanted ${digestOf('a')}`,
  signer: KEY,
});
const stranger = node('4', {
  kind: 'signature',
  artifactType: 'application/vnd.cncf.notary.signature',
  verdict: 'unchecked',
  reason: 'untrusted',
  message: `no given trust made ${digestOf('4')}`,
  signer: { type: 'certificate', subject: 'CN=Evil\u001b[31m,O=acme' },
});

const now = new Date('2026-11-27T12:00:00Z');
const pipe = { paint: plain, width: undefined, isTerminal: false, now };
const lines = (shown: VerifyResult, width?: number) => [
  ...verdictLines(shown, { paint: plain, width, isTerminal: width !== undefined, now }),
];

describe('the tree of verdicts', () => {
  it('says in a pipe who signed and when, why not, and all digests whole', () => {
    const shown = result([{ ...byKey, referrers: [] }, { ...covered, referrers: [moved] }, stranger]);
    expect(lines(shown)).toEqual([
      `registry.example/team/app@${digestOf('a')}`,
      `├─ verified   sbom         application/spdx+json                          -  -  -  ${digestOf('2')}`,
      `│  │ covered by ${digestOf('1')}`,
      `│  └─ wrong   attestation  https://slsa.dev/provenance/v1                 -  -  -  ${digestOf('3')}`,
      `│       it is about ${digestOf('b')}, wanted ${digestOf('a')}`,
      '│       claims to be by key 1f3a9c2b4d5e',
      `├─ verified   signature    application/vnd.dev.sigstore.bundle.v0.3+json  -  -  -  ${digestOf('1')}`,
      '│    by key 1f3a9c2b4d5e (cosign.pub), logged 2026-11-24 12:00 UTC, index 123',
      `└─ unchecked  signature    application/vnd.cncf.notary.signature          -  -  -  ${digestOf('4')}`,
      '     no given trust made it',
      '     claims to be by CN=Evil\\u001b[31m,O=acme',
    ]);
  });

  it('leaves a digest within a reference', () => {
    const reference = `registry.example/team/app@${digestOf('4')}`;
    const shown = result([{ ...stranger, message: `${reference} is not ${digestOf('4')}` }]);
    expect(lines(shown)).toContain(`     ${reference} is not it`);
  });

  it('fits the width of a terminal, with a mark before each word', () => {
    let nested: VerifiedNode = moved;
    for (const digit of ['5', '6'])
      nested = { ...node(digit, { kind: 'sbom', verdict: 'unchecked' }), referrers: [nested] };
    const long = {
      ...byKey,
      signer: {
        type: 'identity',
        identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1',
        issuer: 'https://token.actions.githubusercontent.com',
      },
    } as const;
    const shown = lines(result([long, covered, nested, stranger]), 80);
    expect(shown.filter((line) => line.length > 80)).toEqual([]);
    expect(shown.join('\n')).toMatch(/^├─ ✓ verified +signature +vnd\.\S+ +1{12}$/m);
    expect(shown.join('\n')).toContain('✗ wrong');
    expect(shown.join('\n')).toContain('? unchecked');
  });

  it('names platforms, inner indexes, and the signature of the index that covers them', () => {
    const fields = { mediaType: IMAGE, size: 1, reference: 'x', referrers: [] };
    const platforms: readonly VerifiedPlatform[] = [
      { ...fields, digest: digestOf('b'), platform: 'linux/amd64', coveredBy: digestOf('1'), referrers: [covered] },
      { ...fields, digest: digestOf('c'), mediaType: INDEX, isPlatform: false },
    ];
    expect(lines(result([byKey], { mediaType: INDEX, platforms })).slice(3)).toEqual([
      `├─ linux/amd64  ${digestOf('b')}`,
      `│  │ covered by ${digestOf('1')}`,
      `│  └─ verified  sbom       application/spdx+json                          -  -  -  ${digestOf('2')}`,
      `│       covered by ${digestOf('1')}`,
      `└─ index  ${digestOf('c')}`,
    ]);
  });
});

describe('the text below the tree', () => {
  const spdx = { kind: 'sbom', format: 'spdx' } as const;

  it.each<[string, VerifyResult]>([
    ['verified: 2 of 2 attachments, by key 1f3a9c2b4d5e (cosign.pub)', result([{ ...byKey, referrers: [covered] }])],
    ['verified: 1 of 2 attachments, by key 1f3a9c2b4d5e (cosign.pub), 1 wrong', result([byKey, moved])],
    [
      'not verified: any signature; verified: 0 of 1 attachment',
      result([stranger], { outcome: 'not-verified', missing: [{ digest: digestOf('a'), isThere: true }] }),
    ],
    [
      'not attached: sbom@spdx, rule release; verified: 0 of 0 attachments',
      result([], {
        outcome: 'unsigned',
        missing: ['b', 'c'].map((digit) => ({ ...spdx, digest: digestOf(digit), isThere: false })),
        violations: [{ rule: 'release', message: 'wants a signature', isThere: false }],
      }),
    ],
    [
      'not verified: a signature is wrong; verified: 1 of 2 attachments, by key 1f3a9c2b4d5e (cosign.pub), 1 wrong',
      result([byKey, moved], { outcome: 'not-verified' }),
    ],
    [
      'not known: 1 place could not be asked; verified: 0 of 0 attachments',
      result([], {
        outcome: 'incomplete',
        incomplete: [{ way: 'the API', error: { code: 'BUSY', message: 'later' } }],
      }),
    ],
  ])('sums up: %s', (line, shown) => {
    expect(summaryLine(shown, plain)).toBe(line);
  });

  it('lists requirements that are not met, and rules that are not kept', () => {
    const missing = [
      { digest: digestOf('a'), isThere: true },
      { kind: 'sbom', format: 'spdx', digest: digestOf('b'), platform: 'linux/arm64', isThere: false },
      { kind: 'vex', digest: digestOf('b'), onIndex: true, isThere: true },
    ] as const;
    const violations = [{ rule: 'release', message: 'wants a signature', platform: 'linux/amd64', isThere: false }];
    expect([...unmetLines(result([], { missing, violations }), pipe)]).toEqual([
      expect.stringMatching(/^MISSING +FORMAT +PLATFORM +SUBJECT +STATE$/),
      expect.stringMatching(/^any signature +any +- +sha256:a{64} +attached, not verified$/),
      expect.stringMatching(/^sbom +spdx +linux\/arm64 +sha256:b{64} +not attached$/),
      expect.stringMatching(/^vex +any +- +sha256:b{64} +verified on the index alone$/),
      'rule release is not kept: wants a signature (linux/amd64)',
    ]);
    expect([...unmetLines(result([byKey]), pipe)]).toEqual([]);
  });

  it('is a table with a row for each attachment, which fits', () => {
    const shown = result([{ ...covered, referrers: [moved] }, byKey, stranger]);
    const [head, ...rows] = [...verdictTable(shown, pipe)];
    expect(head?.split(/ {2,}/)).toEqual(
      'DEPTH VERDICT KIND FORMAT TITLE SIZE CREATED DIGEST PLATFORM SUBJECT SIGNER'.split(' '),
    );
    expect(rows.map((row) => row.trim().split(/ {2,}/).slice(0, 3))).toEqual([
      ['1', 'verified', 'sbom'],
      ['2', 'wrong', 'attestation'],
      ['1', 'verified', 'signature'],
      ['1', 'unchecked', 'signature'],
    ]);
    expect(rows[2]).toMatch(/ key 1f3a9c2b4d5e \(cosign\.pub\)$/);
    for (const width of [40, 60, 80, 120])
      for (const line of verdictTable(shown, { ...pipe, width, isTerminal: true }))
        expect(widthOf(line), line).toBeLessThanOrEqual(width);
  });

  it('says of which index a requirement is met', () => {
    const one = { digest: digestOf('b'), index: digestOf('a') };
    const onIndex = [
      { ...one, platform: 'linux/amd64' },
      { ...one, platform: 'linux/arm64' },
    ];
    expect(describeVerifiedOnIndex(result([], { onIndex }))).toEqual([
      `signature: on the index ${digestOf('a')}, for linux/amd64, linux/arm64`,
    ]);
  });
});

describe('the notes', () => {
  const now = new Date('2026-11-27T12:00:00Z');
  const root = (date: string) => result([byKey], { trustedRoot: { source: 'shipped with remora', date } });

  it('say what was not asked, and that revocation of a certificate was not', () => {
    const error = { code: 'FORBIDDEN', message: 'the registry refuses' } as const;
    const byIdentity = node('5', {
      verdict: 'verified',
      signer: { type: 'identity', identity: 'ann@acme.example', issuer: 'https://accounts.acme.example' },
    });
    const shown = result([byIdentity, moved], { incomplete: [{ way: 'cosign tag .sig', error }] });
    expect(verifyNotes(shown, now)).toEqual([
      'warning: could not ask cosign tag .sig: the registry refuses',
      'warning: 1 attachment is wrong beside what is verified: --no-wrong fails',
      'revocation was not checked: no list of revoked certificates was asked',
    ]);
    expect(verifyNotes(result([stranger], { outcome: 'not-verified' }), now)).toEqual([]);
    // Nobody revokes a key that the user has named.
    expect(verifyNotes(result([byKey, covered, stranger]), now)).toEqual([]);
  });

  it('name a platform that has the signature which its index lacks', () => {
    const fields = { reference: 'registry.example/team/app', mediaType: IMAGE, size: 700 };
    const platform = (referrers: readonly VerifiedNode[], name?: string): VerifiedPlatform => ({
      ...{ ...fields, digest: digestOf('b'), referrers },
      ...(name !== undefined && { platform: name }),
    });
    const missing = [{ digest: digestOf('a'), isThere: false }];
    const notes = (...platforms: readonly VerifiedPlatform[]) =>
      verifyNotes(result([], { outcome: 'unsigned', missing, mediaType: INDEX, platforms }), now);
    const of = 'has a verified signature of its own: verify it';
    expect(notes(platform([stranger]), platform([byKey], 'linux/arm64'))).toContain(
      `linux/arm64 ${of} with --platform linux/arm64`,
    );
    expect(notes(platform([byKey]))).toContain(`${digestOf('b')} ${of} by its digest`);
    expect(notes(platform([stranger], 'linux/arm64'))).toEqual([]);
    const kind = [{ kind: 'sbom', digest: digestOf('a'), isThere: false }] as const;
    const platforms = [platform([byKey], 'linux/arm64')];
    expect(verifyNotes(result([], { missing: kind, mediaType: INDEX, platforms }), now).join()).not.toContain(
      '--platform',
    );
  });

  it('tell the age of the trusted root, with a warning after 12 months', () => {
    expect(verifyNotes(root('2025-11-28'), now)[0]).toBe('trusted root: shipped with remora, of 2025-11-28');
    expect(verifyNotes(root('2025-11-28'), now).join()).not.toContain('warning');
    expect(verifyNotes(root('2025-11-27'), now)[1]).toMatch(/^warning: the trusted root is older than 12 months/);
  });
});
