import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { treeLines } from '../../../src/cli/output/attached/discover.js';
import { discoverTable } from '../../../src/cli/output/attached/discover-table.js';
import type { TimedScreen } from '../../../src/cli/output/screen.js';
import { loadWidths, widthOf } from '../../../src/cli/output/width.js';
import { parseDigest } from '../../../src/oci/values/digest.js';
import type { DiscoveredNode, DiscoverResult } from '../../../src/operations/discover/discover.js';
import { openLayout } from '../../../src/store/layout/store.js';
import { nineteen } from './support/nineteen.js';

const now = new Date('2026-11-27T12:00:00Z');
const screenOf = (width?: number): TimedScreen => ({
  paint: (_style, text) => text,
  width,
  isTerminal: width !== undefined,
  now,
});
const treeOf = (result: DiscoverResult, width?: number, options = {}) => [
  ...treeLines(result, screenOf(width), { annotations: false, verbose: false, isAll: true, ...options }),
];

beforeAll(() => loadWidths('日本'));

describe('an image with 19 attachments', () => {
  let directory: string;
  let result: DiscoverResult;
  afterAll(() => rm(directory, { recursive: true, force: true }));
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'remora-test-'));
    result = await nineteen(await openLayout(directory, { create: true }));
    result = { ...result, reference: `registry.example/team/app@${result.digest}` };
  });

  it.each([60, 80, 120, 200])('is a tree at %i columns', async (width) => {
    const lines = treeOf(result, width);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`support/tree-${width}.txt`);
  });

  it('is one line an attachment in a pipe, with dates and whole digests', async () => {
    const lines = treeOf(result);
    const nodes = lines.filter((line) => / sha256:[0-9a-f]{64}$/.test(line));
    expect(nodes).toHaveLength(19 + 2);
    expect(lines).toHaveLength(1 + 19 + 2);
    expect(lines.join('\n')).not.toContain('…');
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('support/tree-pipe.txt');
  });

  it.each([80, 120, 200, undefined])('names every file that has a name, in %s columns', (width) => {
    const text = treeOf(result, width).join('\n');
    for (const title of ['trivy.sarif.json', 'app.cdx.json', 'app.openvex.json', 'amd64.spdx.json'])
      expect(text).toContain(` ${title} `);
  });

  it.each([30, 60, 80, 120])('is a table at %i columns', async (width) => {
    const lines = [...discoverTable(result, screenOf(width))];
    expect(lines).toHaveLength(1 + 19);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
    if (width === 80) await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('support/table-80.txt');
  });

  it('says nothing of what is not there where not all of it is shown', () => {
    const [platform] = result.platforms ?? [];
    if (platform === undefined) throw new Error('there are two platforms');
    const bare = { ...result, referrers: [], platforms: [{ ...platform, referrers: [] }] };
    expect(treeOf(bare, 80)[1]).toBe('└─ linux/amd64  b37ff5588c95  no sbom, signature, provenance');
    expect(treeOf(bare, 80, { isAll: false })[1]).toBe('└─ linux/amd64  b37ff5588c95');
    expect(treeOf({ ...bare, referrers: result.referrers }, 80).at(-1)).toMatch(
      / sbom, signature, provenance, vex, scan$/,
    );
    expect(treeOf(bare)[1]).toBe(`└─ linux/amd64  ${platform.digest}`);
  });
});

const digestOf = (character: string) => parseDigest(`sha256:${character.repeat(64)}`);
const node = (character: string, more: Partial<DiscoveredNode> = {}): DiscoveredNode => ({
  reference: `registry.example/app@${digestOf(character)}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  artifactType: 'application/vnd.example.thing.v1',
  digest: digestOf(character),
  size: 700,
  subject: digestOf('a'),
  via: ['api'],
  referrers: [],
  ...more,
});
const resultOf = (...referrers: DiscoveredNode[]): DiscoverResult => ({
  reference: `registry.example/app@${digestOf('a')}`,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digestOf('a'),
  size: 1,
  referrers,
  asked: [],
  incomplete: [],
});

describe('the tree of attachments', () => {
  it('shows the type where the format is not known, and further files as a number', () => {
    const titles = ['app.yaml', 'b\u001b[31m.json', 'c'];
    const result = resultOf(node('1', { content: { size: 1500, titles } }), node('2', { kind: 'helm-chart' }));
    expect(treeOf(result, 80)).toEqual([
      'registry.example/app@sha256:aaaaaaaaaaaa…',
      '├─ helm-chart  vnd.example.thing.v1                       222222222222',
      '└─ artifact    vnd.example.thing.v1  app.yaml +2  1.5 kB  111111111111',
    ]);
    expect(treeOf(result)).toEqual([
      `registry.example/app@${digestOf('a')}`,
      `├─ helm-chart  application/vnd.example.thing.v1  -                                   -  -  ${digestOf('2')}`,
      `└─ -           application/vnd.example.thing.v1  app.yaml, b\\u001b[31m.json, c  1.5 kB  -  ${digestOf('1')}`,
    ]);
  });

  it('leaves room for names of files beside a type of any length', () => {
    const name = 'a-name-that-is-rather-long-and-tells-much.json';
    const long = node('1', { artifactType: `application/vnd.${'x'.repeat(150)}` });
    const lines = treeOf(resultOf(long, node('2', { content: { size: 1, titles: [name] } })), 140);
    expect(lines[2]).toContain(`  ${name}  `);
    expect(lines.every((line) => widthOf(line) <= 140)).toBe(true);
  });

  it('sorts by kind, then the newest first, then by digest', () => {
    const sbom = (character: string, created?: string) =>
      node(character, { kind: 'sbom', ...(created === undefined ? {} : { created }) });
    const shown = treeOf(
      resultOf(
        node('1'),
        node('2', { kind: 'vex' }),
        sbom('4'),
        sbom('3'),
        sbom('5', '2026-01-01T00:00:00Z'),
        sbom('6', '2026-01-01T02:00:00+01:00'),
      ),
      80,
    );
    expect(shown.slice(1).map((line) => line.at(-1))).toEqual(['6', '5', '3', '4', '2', '1']);
  });

  it('names an unusual way, and every way where it is asked for', () => {
    const shown = resultOf(
      node('1', { via: ['layout-scan'] }),
      node('2', { via: ['layout-entry', 'layout-tag'], places: ['oci:./one', 'oci:./two'] }),
    );
    expect(treeOf(shown, 120).slice(1)).toEqual([
      '├─ artifact  vnd.example.thing.v1  111111111111  via layout-scan',
      '└─ artifact  vnd.example.thing.v1  222222222222                   in oci:./one and oci:./two',
    ]);
    expect(treeOf(shown, 120, { verbose: true })[2]).toContain('  via layout-entry+layout-tag  in oci:./one');
  });

  it.each([20, 40, 60, 80])('never wraps, however deep: %i columns', (width) => {
    let deep = node('9', {
      kind: 'attestation',
      content: { size: 12_345, titles: ['日本語のとても長い名前.spdx.json'] },
    });
    for (const depth of Array.from({ length: 40 }, (_, index) => index)) {
      deep = node(String(depth % 9), {
        kind: depth % 2 === 0 ? 'signature' : 'provenance',
        created: '2026-11-20T00:00:00Z',
        content: { size: 7, titles: ['🎉'.repeat(30)] },
        annotations: { 'org.example.key': 'x'.repeat(300) },
        claimed: {
          signer: { type: 'identity', identity: `${'y'.repeat(200)}@example.com`, issuer: 'https://i.example' },
        },
        referrers: [deep, node('8', { kind: 'vex' })],
      });
    }
    const lines = treeOf(resultOf(deep), width, { annotations: true, verbose: true });
    expect(lines.length).toBeGreaterThan(80);
    for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(width);
  });

  it('keeps kind, name and digest at 60 columns and depth 6', () => {
    let deep = node('9', { kind: 'signature', formats: ['sigstore-bundle'], created: '2026-11-20T00:00:00Z' });
    for (const depth of [5, 4, 3, 2, 1])
      deep = node(String(depth), { kind: 'sbom', content: { size: 1, titles: ['a.spdx.json'] }, referrers: [deep] });
    const lines = treeOf(resultOf(deep), 60);
    expect(lines.at(-1)).toMatch(/└─ signature .* 9{8,12}$/);
    expect(lines[1]).toMatch(/^└─ sbom .* a\.spdx\.json .* 1{8,12}$/);
  });

  it('is whole at a terminal where that is asked for', () => {
    const shown = resultOf(node('1', { created: '2026-11-20T12:00:00Z', content: { size: 1, titles: ['a', 'b'] } }));
    const screen: TimedScreen = { ...screenOf(), isTerminal: true };
    expect([...treeLines(shown, screen, { annotations: false, verbose: false, isAll: true })]).toEqual([
      `registry.example/app@${digestOf('a')}`,
      `└─ artifact  application/vnd.example.thing.v1  a, b  1 B  7 d  ${digestOf('1')}`,
    ]);
  });
});
