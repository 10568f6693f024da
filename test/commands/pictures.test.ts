import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startCountingLine } from '../support/counting-line.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { withImage } from './support/run.js';
import { attachSigned, withKeys } from './support/signed.js';

const PICTURES = [
  ['markdown', /^<!-- remora discover \S+ -->\n### `\S+`\n/],
  ['mermaid', /^%%\{init: .*\}%%\nflowchart LR\n {2}%% \S+: 1 attachment: 1 sbom\n/],
  ['dot', /^digraph remora \{\n {2}\/\/ \S+: 1 attachment: 1 sbom\n/],
  ['html', /^<!doctype html>\n<html lang="en">/],
] as const;

async function begin(options: Parameters<typeof withImage>[0] = {}) {
  const { registry, image } = await withImage(options);
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
  const args = ['attach', image, '--artifact-type', 'application/spdx+json', '--annotation', 'note=</script>'];
  expect((await runHere([...args, 'sbom.json'], cwd)).code).toBe(0);
  return { registry, image, cwd };
}

it.each(PICTURES)('draws %s of what is attached, and nothing else', async (format, beginning) => {
  const { image, cwd } = await begin();
  const { code, stdout, stderr } = await runHere(['discover', image, '--format', format], cwd);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.replaceAll(image, 'IMAGE')).toMatch(beginning);
  expect(stdout).toContain('sbom.json');
  expect(stdout.endsWith('\n')).toBe(true);
});

it('shows the bytes of manifests in a page, read once each', async () => {
  const { registry, image, cwd } = await begin();
  const before = registry.requests.length;
  const { stdout } = await runHere(['discover', image, '--format', 'html'], cwd);
  expect(stdout).toContain('&quot;artifactType&quot;: &quot;application/spdx+json&quot;');
  expect(stdout).toContain('&quot;note&quot;: &quot;&lt;/script&gt;&quot;');
  const asked = registry.requests.slice(before).filter(({ path }) => /\/manifests\/sha256:/.test(path));
  expect(new Set(asked.map(({ path }) => path)).size).toBe(2);
});

it('reads the manifests of a page over the connections that found them', async () => {
  const { registry, cwd } = await begin();
  const line = await startCountingLine(registry.host);
  onTestFinished(() => line.close());
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
  await writeFile(join(cwd, 'key.pub'), key.export({ format: 'pem', type: 'spki' }));
  for (const [command = '', ...words] of [['discover'], ['verify', '--key', 'key.pub']]) {
    const opened = async (format: string) => {
      line.connections();
      await runHere([command, `${line.host}/team/app:v1`, ...words, '--format', format], cwd);
      return line.connections();
    };
    // A request that waits for a moment opens one more: the least of three runs has none of these.
    const least = async (format: string) => Math.min(await opened(format), await opened(format), await opened(format));
    expect([command, await least('html')]).toEqual([command, await least('tree')]);
  }
});

it.each(PICTURES)('ends as a tree does where a place could not be asked, and says so in %s', async (format) => {
  let isBroken = false;
  const { image, cwd } = await begin({
    fault: ({ path }) => (isBroken && path.endsWith('.sig') ? { status: 403 } : undefined),
  });
  isBroken = true;
  const { code, stdout, stderr } = await runHere(['discover', image, '--format', format], cwd);
  expect([code, stderr]).toEqual([4, expect.stringContaining('could not ask cosign tag .sig')]);
  expect(stdout.replace(/<[^>]*>|`/g, '')).toMatch(/more may be attached: could not ask cosign tag \.sig/);
  expect(stdout).toContain('at least 1 attachment');
});

it.each(PICTURES)('ends with 3 where a kind is missing, and says so in %s', async (format) => {
  const { image, cwd } = await begin();
  const { code, stdout } = await runHere(['discover', image, '--format', format, '--require', 'vex'], cwd);
  expect(code).toBe(3);
  expect(stdout.replace(/<code>|`/g, '')).toContain('vex is not attached to sha256:');
  expect(stdout).not.toContain('MISSING');
});

it('prints JSON where both are wanted', async () => {
  const { image, cwd } = await begin();
  const json = await runHere(['discover', image, '--json'], cwd);
  for (const format of ['mermaid', 'html', 'json'])
    expect(await runHere(['discover', image, '--json', '--format', format], cwd)).toEqual(json);
  expect(await runHere(['discover', image, '--format=json'], cwd)).toEqual(json);
});

it.each(PICTURES)('draws %s of verdicts, with the exit code of the outcome', async (format) => {
  const { cwd, good, other, digest } = await withKeys();
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
  const verify = (...args: readonly string[]) =>
    runHere(['verify', 'oci:./layout:v1', '--format', format, ...args], cwd);
  const held = await verify('--key', 'good.pub');
  expect([held.code, held.stdout]).toEqual([0, expect.stringContaining('verified')]);
  expect(held.stdout).toContain(`by key`);
  await attachSigned(cwd, 'oci:./layout:v1', { keys: [other], digest });
  const missing = await verify('--key', 'good.pub', '--require', 'vex');
  expect([missing.code, missing.stdout]).toEqual([3, expect.stringContaining('vex is not attached to')]);
  expect(missing.stdout).not.toContain('MISSING');
});

it('refuses a format for a file and its bundle', async () => {
  const cwd = await tempDir();
  const { code, stderr } = await runHere(['verify', '--blob', 'a', '--bundle', 'b', '--format', 'html'], cwd);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--format')]);
});

describe('a required kind that could not be asked for', () => {
  async function broken() {
    let isBroken = false;
    const scene = await begin({
      fault: ({ path }) => (isBroken && path.includes('/referrers/') ? { status: 403 } : undefined),
    });
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(join(scene.cwd, 'key.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    isBroken = true;
    return scene;
  }

  it.each([
    ['discover', []],
    ['verify', ['--key', 'key.pub']],
  ] as const)('is not known of %s in all that is drawn', async (command, flags) => {
    const { image, cwd } = await broken();
    for (const format of ['tree', 'table', 'markdown', 'html']) {
      const words = [command, image, ...flags, '--require', 'sbom', '--format', format];
      const { code, stdout } = await runHere(words, cwd);
      const text = stdout.replace(/<(style|script)[^>]*>.*?<\/\1>/gs, '').replace(/<[^>]*>|`/g, '');
      expect([format, code]).toEqual([format, 4]);
      expect(text).not.toMatch(/not attached|nothing (?:is )?attached|at least 0/);
      if (command === 'verify' || !/tree|table/.test(format)) expect(text).toContain('not known');
      if (format === 'markdown') expect(text).not.toContain('[!CAUTION]');
    }
  });

  it('is not known in the summary of a job', async () => {
    const { image, cwd } = await broken();
    const summary = join(cwd, 'summary.md');
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary };
    const words = ['verify', '--key', 'key.pub', '--require', 'sbom', image];
    expect((await remora(words, { cwd, env })).code).toBe(4);
    expect(await readFile(summary, 'utf8')).toMatch(/\| sbom +\| - +\| ❓ not known +\|/);
  });
});
