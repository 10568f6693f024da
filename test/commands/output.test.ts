import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFiles } from '../io/tar/support/archives.js';
import { SBOM, success } from './support/run.js';

const TYPE = 'application/vnd.example.report.v1';
const DIGEST = 'sha256:fd663563f6b8673f2f89cc72d2e184e6f153e5d600ed588d0ad312f956de5ad4';
const ATTACHED = 'sha256:a7d8ef07ce90d04a24d2ab16e80185461bc1c1e61bf1940eaaa3a543714c6905';
const CREATED = '2026-01-01T00:00:00Z';
const PUSH = [
  'push',
  'oci:./layout:v1,latest',
  '--artifact-type',
  TYPE,
  '-a',
  'org.example.team=blue',
  'a.txt',
  'site',
];
const ATTACH = [
  'attach',
  'oci:./layout:v1',
  '--artifact-type',
  SBOM,
  '-a',
  `org.opencontainers.image.created=${CREATED}`,
];
let cwd: string;

/** What a command prints in a pipe, where it must succeed and have nothing to say beside. */
async function shown(...args: string[]): Promise<string> {
  const { stdout, stderr } = await success(args, { cwd });
  expect(stderr).toBe('');
  expect(stdout).not.toContain('\u001b');
  return stdout;
}

/** The names of the fields in their order. */
async function fieldsOf(...args: string[]): Promise<{ names: string[]; value: ReturnType<typeof JSON.parse> }> {
  const text = await shown(...args, '--json');
  const value = JSON.parse(text);
  expect(text).toBe(`${JSON.stringify(value, null, 2)}\n`);
  return { names: Object.keys(value), value };
}

beforeAll(async () => {
  cwd = await mkdtemp(join(await realpath(tmpdir()), 'remora-output-'));
  await makeFiles(cwd, { 'a.txt': 'hello\n', 'site/index.html': '<p>', 'sbom.spdx.json': '{"spdx":1}' });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('in a pipe, without colour and progress,', () => {
  it('push shows the artifact, its tags and its files', async () => {
    const text = [
      `Pushed:  oci:./layout@${DIGEST}`,
      'Tags:    oci:./layout:v1, oci:./layout:latest',
      `Type:    ${TYPE}`,
      'Files:',
      '  a.txt  6 B    text/plain',
      '  site   121 B  application/vnd.oci.image.layer.v1.tar+gzip',
      '',
    ].join('\n');
    expect(await shown(...PUSH)).toBe(text);
    const again = await shown(...PUSH);
    expect(again).toContain(`${DIGEST} (was there already)\n`);
    expect(again).toMatch(/^ {2}a\.txt {2}6 B {4}text\/plain +exists$/m);
  });

  it('attach shows the subject and where it is listed', async () => {
    expect(await shown(...ATTACH, `sbom.spdx.json:${SBOM}`)).toBe(
      [
        `Attached:   oci:./layout@${ATTACHED}`,
        `To:         oci:./layout@${DIGEST}`,
        `Type:       ${SBOM}`,
        'Listed by:  layout-entry',
        'Files:',
        `  sbom.spdx.json  10 B  ${SBOM}`,
        '',
      ].join('\n'),
    );
  });

  it('discover shows a tree, with annotations if wanted, or a table', async () => {
    const line = `└─ sbom  spdx  sbom.spdx.json  10 B  ${CREATED}  ${ATTACHED}`;
    expect(await shown('discover', './layout:v1')).toBe(`oci:./layout@${DIGEST}\n${line}\n`);
    expect(await shown('referrers', './layout:v1', '--annotations')).toBe(
      `oci:./layout@${DIGEST}\n${line}\n     org.opencontainers.image.created: ${CREATED}\n`,
    );
    const [head, row, end] = (await shown('discover', './layout:v1', '--format', 'table')).split('\n');
    const heading = 'DEPTH KIND FORMAT TITLE SIZE CREATED DIGEST PLATFORM TYPE SUBJECT VIA';
    expect(head?.split(/ {2,}/)).toEqual(heading.split(' '));
    const cells = ['1', 'sbom', 'spdx', 'sbom.spdx.json', '10 B', CREATED, ATTACHED, '-', SBOM, DIGEST, 'layout-entry'];
    expect(row?.trim().split(/ {2,}/)).toEqual(cells);
    expect(end).toBe('');
  });

  it('inspect shows what it is and what it has', async () => {
    const text = await shown('inspect', './layout:v1');
    expect(text).toMatch(/^Kind: +artifact$/m);
    expect(text).toMatch(new RegExp(`^Artifact type: +${TYPE}$`, 'm'));
    expect(text).toMatch(/^Size: +858 B manifest, 127 B content$/m);
    expect(text).toMatch(/^Config: +empty$/m);
    expect(text).toMatch(/^Annotations:\n {2}org\.example\.team {2}blue$/m);
    expect(text).toMatch(/^Files:\n {2}a\.txt {2}sha256:[0-9a-f]{64} {2}6 B {4}text\/plain\n {2}site /m);
    const attached = await shown('inspect', `./layout@${ATTACHED}`);
    expect(attached).toMatch(new RegExp(`^Subject: +${DIGEST}$`, 'm'));
  });

  it('resolve shows the digest alone, or the reference', async () => {
    expect(await shown('resolve', './layout:latest')).toBe(`${DIGEST}\n`);
    expect(await shown('resolve', '-l', './layout:latest')).toBe(`oci:./layout@${DIGEST}\n`);
  });

  it('pull shows each file, and which were there', async () => {
    expect(await shown('pull', './layout:v1', '-o', 'out')).toBe('out/a.txt  6 B\nout/site  121 B\n');
    expect(await shown('pull', './layout:v1', '-o', 'out')).toBe(
      'out/a.txt  6 B, unchanged\nout/site  121 B, unchanged\n',
    );
    const attached = ['pull', './layout:v1', '--artifact-type', SBOM];
    expect(await shown(...attached, '-o', 'out')).toBe('out/sbom.spdx.json  10 B, sbom via layout-entry\n');
    expect(await shown(...attached, '--stdout')).toBe('{"spdx":1}');
  });
});

describe('--json', () => {
  const descriptor = ['reference', 'mediaType', 'digest', 'size', 'artifactType', 'annotations'];
  const named = ['mediaType', 'digest', 'size', 'annotations'];

  it('of push', async () => {
    const { names, value } = await fieldsOf(...PUSH);
    expect(names).toEqual([...descriptor, 'tags', 'result', 'layers']);
    expect(value).toMatchObject({
      digest: DIGEST,
      tags: ['v1', 'latest'],
      result: 'exists',
      annotations: { 'org.example.team': 'blue' },
    });
    expect(Object.keys(value.layers[0])).toEqual([...named, 'result']);
  });

  it('of attach', async () => {
    const { names, value } = await fieldsOf(...ATTACH, `sbom.spdx.json:${SBOM}`);
    expect(names).toEqual([...descriptor, 'tags', 'result', 'layers', 'listedBy', 'subject']);
    expect(Object.keys(value.subject)).toEqual(['reference', 'mediaType', 'digest', 'size']);
    expect(value).toMatchObject({ digest: ATTACHED, subject: { digest: DIGEST }, listedBy: 'layout-entry' });
  });

  it('of discover, also as --format json', async () => {
    const { names, value } = await fieldsOf('discover', './layout:v1');
    expect(names).toEqual(['reference', 'mediaType', 'digest', 'size', 'referrers', 'asked', 'incomplete']);
    const more = ['kind', 'formats', 'created', 'content', 'subject', 'via', 'referrers'];
    expect(Object.keys(value.referrers[0])).toEqual([...descriptor, ...more]);
    expect(value).toMatchObject({
      incomplete: [],
      referrers: [
        {
          digest: ATTACHED,
          kind: 'sbom',
          formats: ['spdx'],
          content: { size: 10, titles: ['sbom.spdx.json'] },
          subject: DIGEST,
          via: ['layout-entry'],
          referrers: [],
        },
      ],
    });
    for (const words of [['--format', 'json'], ['--format=json']])
      expect(JSON.parse(await shown('discover', './layout:v1', ...words))).toEqual(value);
  });

  it('of pull', async () => {
    const { names, value } = await fieldsOf('pull', './layout:v1', '-o', 'out-json');
    expect(names).toEqual(['reference', 'artifacts', 'incomplete']);
    expect(value.incomplete).toEqual([]);
    expect(Object.keys(value.artifacts[0])).toEqual([...descriptor.slice(0, 5), 'files']);
    expect(Object.keys(value.artifacts[0].files[0])).toEqual(['path', 'mediaType', 'digest', 'size', 'result', 'from']);
  });

  it('of inspect', async () => {
    const { names, value } = await fieldsOf('inspect', './layout:v1');
    expect(names).toEqual([...descriptor, 'kind', 'config', 'layers', 'totalSize']);
    expect(Object.keys(value.layers[0])).toEqual([...named, 'title']);
  });

  it('of resolve', async () => {
    expect((await fieldsOf('resolve', './layout:v1')).value).toEqual({
      reference: `oci:./layout@${DIGEST}`,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: DIGEST,
      size: 858,
    });
  });
});
