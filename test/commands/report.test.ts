import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';
import { describe, expect, it, onTestFinished } from 'vitest';
import { reportEndSchema, reportRowSchema, reportSchema } from '../../src/operations/report/schema.js';
import { writeIndex } from '../support/image-layout.js';
import { startRegistry } from '../support/registry.js';
import { remora, startRemora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { noTerminal, onTerminal } from '../support/terminal.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';
import { attachSigned, withKeys } from './support/signed.js';

/** A layout with the images v1, which has an SBOM, and v2, which has none. */
async function withLayout() {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'app.yaml'), 'listen: 8080\n');
  await writeFile(join(cwd, 'more.yaml'), 'listen: 8081\n');
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3"}');
  const run = async (...args: string[]) => expect((await runHere(args, cwd)).code, args.join(' ')).toBe(0);
  await run('push', 'oci:./layout:v1', 'app.yaml');
  await run('push', 'oci:./layout:v2', 'more.yaml');
  await run('attach', 'oci:./layout:v1', '--artifact-type', 'application/spdx+json', 'sbom.json');
  return { cwd };
}

const rowsIn = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

describe('report', () => {
  it('has a line for each image of a layout, and sums up', async () => {
    const { cwd } = await withLayout();
    const { code, stdout, stderr } = await runHere(['report', 'oci:./layout'], cwd);
    expect(code).toBe(0);
    expect(stdout.replaceAll(/sha256:\w+/g, 'DIGEST').replaceAll(/ +/g, ' ')).toBe(
      [
        'IMAGE DIGEST SBOM SIGNATURE PROVENANCE VEX SCAN NEWEST NOTES',
        'oci:./layout:v1 DIGEST yes no no no no -',
        'oci:./layout:v2 DIGEST no no no no no -',
        '',
      ].join('\n'),
    );
    expect(stderr).toBe('remora: 2 images: 1 with sbom, none with signature, provenance, vex or scan\n');
  });

  it('names the image that could be asked in part with the cause, and counts nothing of it', async () => {
    let isBroken = false;
    const registry = await startRegistry({
      fault: ({ path }) => (isBroken && path.includes('/referrers/') ? { status: 403 } : undefined),
    });
    onTestFinished(() => registry.close());
    const { cwd } = await withLayout();
    const image = `${registry.host}/team/app:v1`;
    expect((await runHere(['copy', '-r', 'oci:./layout:v1', image], cwd)).code).toBe(0);
    isBroken = true;
    const { code, stdout, stderr } = await runHere(['report', image], cwd);
    expect([code, stdout]).toEqual([4, expect.stringMatching(/ unknown +unknown +unknown +unknown +unknown /)]);
    const lines = stderr.split('\n');
    expect(lines[0]).toContain(`remora: error: ${image} could be asked in part: could not ask Referrers API`);
    expect(lines).toContain('remora: 1 image: it could be asked in part');
    expect(stderr).not.toContain('0 with');
  });

  it('says of how many images only some platforms have a kind', async () => {
    const cwd = await tempDir();
    await writeIndex(join(cwd, 'layout'), ['amd64', 'arm64']);
    await writeFile(join(cwd, 'vex.json'), '{"@context":"https://openvex.dev/ns/v0.2.0"}');
    const words = [
      'attach',
      'oci:./layout:v1',
      '--platform',
      'linux/arm64',
      '--artifact-type',
      'application/vnd.openvex+json',
      'vex.json',
    ];
    expect((await runHere(words, cwd)).code).toBe(0);
    const { stderr } = await runHere(['report', 'oci:./layout:v1', '--column', 'vex', '--column', 'sbom'], cwd);
    expect(stderr).toBe('remora: 1 image: 1 with vex for some platforms, none with sbom\n');
  });

  it('is a gate with --require', async () => {
    const { cwd } = await withLayout();
    const { code, stderr } = await runHere(['report', 'oci:./layout', '--require', 'sbom@spdx'], cwd);
    expect([code, stderr]).toEqual([3, expect.stringContaining('remora: error: oci:./layout:v2 has no sbom@spdx\n')]);
    expect((await runHere(['report', 'oci:./layout:v1', '--require', 'sbom'], cwd)).code).toBe(0);
  });

  it('is a gate that no image does not pass', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'none.yaml'), 'kind: List\nitems: []\n');
    const words = ['report', '--from', 'none.yaml'];
    const { code, stderr } = await runHere([...words, '--require', 'sbom'], cwd);
    expect([code, stderr]).toEqual([3, expect.stringContaining('error: 0 images: the references name none\n')]);
    expect((await runHere(words, cwd)).code).toBe(0);
    // Other shards may have some, which their merger tells.
    const shard = await runHere([...words, '--require', 'sbom', '--shard', '1/1', '--format', 'jsonl'], cwd);
    await writeFile(join(cwd, '1.jsonl'), shard.stdout);
    expect(shard.code).toBe(0);
    expect((await runHere(['report', '--merge', '1.jsonl'], cwd)).code).toBe(3);
  });

  it('fills no line up to a reference of any length', async () => {
    const cwd = await tempDir();
    const host = '127.0.0.1:1';
    await writeFile(
      join(cwd, 'list'),
      `${host}/${'a'.repeat(1000)}/${'b'.repeat(3000)}:v1\n${host}/app:v1\n${'c'.repeat(10_000)}\n`,
    );
    const { code, stdout } = await runHere(['report', '--from', 'list', '--plain-http'], cwd);
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length]).toEqual([6, 4]);
    expect(lines[0]?.length).toBeLessThan(400);
    expect(lines[3]).toMatch(/^c{40}… .*list:3: the text has 10000 characters/);
  });

  it('begins all columns of a pipe below their heads, whatever the references name', async () => {
    const { registry } = await withImage();
    const { cwd } = await withLayout();
    const repository = `${registry.host}/team/app`;
    const widthOf = async (...words: string[]) => {
      const { stdout } = await runHere(['report', '--column', 'sbom', ...words], cwd);
      const [head = '', ...rows] = stdout.trimEnd().split('\n');
      const at = head.indexOf('DIGEST');
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row.slice(at - 2), row).toMatch(/^ {2}(?:sha256:\w+|- +) {2}(?:yes|no|-)/);
      return at - 2;
    };
    expect(await widthOf(repository)).toBe(`${repository}:latest`.length);
    expect(await widthOf('--all-tags', repository)).toBe(`${repository}:v1`.length);
    expect(await widthOf('--all-tags', 'oci:./layout:v1', repository)).toBe(`${repository}:v1`.length);
    expect(await widthOf('oci:./layout')).toBe('oci:./layout:v1'.length);
  });

  it('is one object with --json and --format json', async () => {
    const { cwd } = await withLayout();
    const { stdout } = await runHere(['report', 'oci:./layout', '--json'], cwd);
    expect(reportSchema.parse(JSON.parse(stdout))).toMatchObject({
      rows: [{ columns: { sbom: { state: 'yes', count: 1 } } }, { columns: { sbom: { state: 'no' } } }],
      summary: { images: 2 },
    });
    expect((await runHere(['report', 'oci:./layout', '--format', 'json'], cwd)).stdout).toBe(stdout);
    const none = await runHere(['report', 'oci:./layout', '--format', 'json', '--shard', '1/1'], cwd);
    expect(reportSchema.parse(JSON.parse(none.stdout)).shard).toEqual({ index: 1, of: 1 });
  });

  it('says of an image that cannot be asked why, and goes on', async () => {
    let isBroken = false;
    const { registry, image } = await withImage({ fault: () => (isBroken ? { status: 403 } : undefined) });
    const { cwd } = await withLayout();
    isBroken = true;
    const words = ['report', image, 'oci:./layout:v1', 'oci:./layout:v9', '--format', 'jsonl'];
    const { code, stdout, stderr } = await runHere(words, cwd);
    const lines = rowsIn(stdout);
    expect([code, lines.length]).toEqual([4, 4]);
    expect(reportRowSchema.parse(lines[0])).toMatchObject({
      reference: image,
      error: { code: 'FORBIDDEN' },
      columns: { sbom: { state: 'unknown' } },
    });
    expect(reportRowSchema.parse(lines[2])).toMatchObject({ error: { code: 'NOT_FOUND' } });
    expect(reportEndSchema.parse(lines[3])).toMatchObject({ rows: 3, summary: { failed: 2 } });
    expect(stderr).toContain('; 1 does not exist, 1 could not be asked\n');
    expect(registry.requests.length).toBeGreaterThan(0);
    expect((await runHere(['report', 'oci:./layout:v9'], cwd)).code).toBe(3);
    expect((await runHere(['report', 'not a name'], cwd)).code).toBe(2);
  });

  it('says of an image that does not exist just that, and names the tags that do', async () => {
    const { registry } = await withImage();
    const cwd = await tempDir();
    const repository = `${registry.host}/team/app`;
    const latest = `${repository}:latest does not exist`;
    for (const format of ['table', 'markdown', 'csv', 'html']) {
      const { code, stdout, stderr } = await runHere(['report', repository, '--format', format], cwd);
      expect(code).toBe(3);
      expect(stdout).toContain(latest);
      const shown = stdout.replace(/<(style|script|label)>.*?<\/\1>/gs, '');
      expect(shown).not.toMatch(/unknown|\?|could not be asked/);
      expect(stderr).toBe(
        `remora: error: ${latest}\n  It has the tags v1; report on all of them with --all-tags\nremora: 1 image: it does not exist\n`,
      );
    }
    const { stdout } = await runHere(['report', repository, 'NOT a name', '--format', 'jsonl'], cwd);
    expect(reportEndSchema.parse(rowsIn(stdout).at(-1)).summary).toMatchObject({ failed: 2, absent: 1, mistaken: 1 });
    const several = await runHere(['report', repository, `${repository}:v2`, 'NOT a name'], cwd);
    expect(several.code).toBe(2);
    expect(several.stderr).toContain(`\n  ${repository}:latest: It has the tags v1; report on all`);
    expect(several.stderr).toContain('3 images: 2 do not exist, 1 is not a reference\n');
    expect(several.stderr).not.toContain('could not be asked');
  });

  it('tells with a key what is verified', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    const columns = ['--column', 'sbom', '--column', 'vex'];
    const one = await runHere(['report', '--key', 'good.pub', 'oci:./layout:v1', '--require', 'sbom', ...columns], cwd);
    expect([one.code, one.stdout]).toEqual([0, expect.stringMatching(/ verified +no /)]);
    const other = await runHere(
      ['report', '--key', 'other.pub', 'oci:./layout:v1', '--require', 'sbom', ...columns],
      cwd,
    );
    expect([other.code, other.stdout]).toEqual([5, expect.stringMatching(/ unverified +no /)]);
    expect(other.stderr).toContain('error: oci:./layout:v1 has no verified sbom\n');
  });

  it('takes with a key no date of what is not verified', async () => {
    const { cwd, good, digest } = await withKeys();
    await attachSigned(cwd, 'oci:./layout:v1', { keys: [good], digest });
    await writeFile(join(cwd, 'scan.sarif'), '{"version":"2.1.0","runs":[]}');
    const date = '2030-01-01T00:00:00Z';
    const words = ['attach', 'oci:./layout:v1', '--artifact-type', 'application/sarif+json', 'scan.sarif'];
    const dated = ['--annotation', `org.opencontainers.image.created=${date}`];
    expect((await runHere([...words, ...dated], cwd)).code).toBe(0);
    expect((await runHere(['report', 'oci:./layout:v1'], cwd)).stdout).toContain(date);
    const { code, stdout } = await runHere(['report', '--key', 'good.pub', 'oci:./layout:v1'], cwd);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining(date)]);
  });

  it('reads standard input, and says where a name without a registry leads', async () => {
    const { cwd } = await withLayout();
    const input = `services:\n  app: {image: "oci:./layout:v1"}\n  web: {image: "\${WEB}"}\n`;
    const { code, stdout } = await remora(['report', '--from', '-', '--format', 'csv'], { cwd, input });
    // A path in a document is not a name in a registry.
    expect(code).toBe(2);
    expect(stdout.split('\r\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^oci:\.\/layout:v1,.*INVALID_ARGUMENT/),
      expect.stringMatching(/^\$\{WEB\},.*standard input:3/),
    ]);
  });

  it('refuses mistakes before anything is printed', async () => {
    const { cwd } = await withLayout();
    const message = async (...args: string[]) => (await failureHere(2, ['report', ...args], cwd)).message;
    expect(await message()).toBe('argument REFERENCE is missing');
    expect(await message('oci:./layout', '--column', 'sboms')).toContain('unknown kind');
    expect(await message('oci:./layout', '--shard', '0/2')).toContain('shard "0/2"');
    expect(await message('oci:./layout', '--tag', '[a]')).toContain('pattern "[a]"');
    expect(await message('localhost:1/a', 'localhost:2/a', '--insecure')).toBe(
      '--insecure is for one registry, and the references name localhost:1 and localhost:2',
    );
    expect(await message('--from', 'absent')).toContain('absent');
    expect(await message('--merge')).toContain('--merge is given without a file');
    expect(await message('--merge', 'absent', '--shard', '1/2')).toContain('--shard');
  });
});

describe('the rows of shards', () => {
  it('are joined, in an order of their own', async () => {
    const { cwd } = await withLayout();
    for (const index of [1, 2, 3]) {
      const words = ['report', 'oci:./layout', 'oci:./none:v1', '--format', 'jsonl', '--shard', `${index}/3`];
      const { stdout } = await runHere(words, cwd);
      await writeFile(join(cwd, `${index}.jsonl`), stdout);
    }
    const merge = (...files: string[]) => ['report', '--merge', ...files];
    const all = await runHere([...merge('3.jsonl', '1.jsonl', '2.jsonl'), '--format', 'jsonl'], cwd);
    const references = rowsIn(all.stdout)
      .slice(0, -1)
      .map((row) => reportRowSchema.parse(row).reference);
    expect(references).toEqual(['oci:./layout:v1', 'oci:./layout:v2', 'oci:./none:v1']);
    expect(all.code).toBe(3);
    expect((await runHere([...merge('1.jsonl', '2.jsonl', '3.jsonl'), '--format', 'jsonl'], cwd)).stdout).toBe(
      all.stdout,
    );
    const gate = await runHere([...merge('1.jsonl', '2.jsonl', '3.jsonl'), '--require', 'sbom'], cwd);
    expect(gate.stderr).toContain('error: oci:./layout:v2 has no sbom\n');
    const missing = await failureHere(6, merge('1.jsonl', '3.jsonl'), cwd);
    expect(missing.message).toBe('shards are missing: 2/3');
    expect(
      (await failureHere(2, [...merge('1.jsonl', '2.jsonl', '3.jsonl'), '--require', 'license'], cwd)).message,
    ).toBe('the reports have no column license, and cannot tell of it');
  });

  it('are refused where a file was cut, and where a line is not a row', async () => {
    const { cwd } = await withLayout();
    const { stdout } = await runHere(['report', 'oci:./layout', '--format', 'jsonl'], cwd);
    const file = async (text: string) => {
      await writeFile(join(cwd, 'rows.jsonl'), text);
      return ['report', '--merge', 'rows.jsonl'];
    };
    const lines = stdout.split('\n');
    const message = async (code: number, text: string) => (await failureHere(code, await file(text), cwd)).message;
    expect(await message(6, lines.slice(0, 2).join('\n'))).toBe(
      'rows.jsonl is not a whole report: line 2 does not end',
    );
    expect(await message(6, `${lines.slice(0, 2).join('\n')}\n`)).toContain('its last record is missing');
    expect(await message(6, `${lines.slice(1).join('\n')}`)).toContain('line 2 counts 2 rows, and 1 stand before it');
    expect(await message(6, '')).toContain('its last record is missing');
    expect(await message(5, `${lines[0]}\n{"reference":1}\n`)).toMatch(/^rows\.jsonl:2 is not a row of a report: /);
    expect(await message(5, `${lines[0]}\n<html>\n`)).toMatch(/^rows\.jsonl:2 is not JSON/);
    const { stdout: json } = await runHere(['report', 'oci:./layout', '--format', 'json'], cwd);
    for (const text of [json, json.slice(0, -20), json.slice(0, json.indexOf('\n') + 1)])
      expect(await message(2, text)).toBe('rows.jsonl begins as --format json does, wanted --format jsonl');
    expect((await runHere(await file(stdout + stdout), cwd)).code).toBe(0);
    const shard = (index: number, of: number) =>
      stdout.replace('"end":true', `"end":true,"shard":{"index":${index},"of":${of}}`);
    expect(await message(6, shard(1, 1e15))).toContain('2/1000000000000000, 3/');
    expect(await message(5, shard(0, 4))).toContain('rows.jsonl:3 is not a row of a report: shard.index');
    expect(await message(5, shard(5, 4))).toContain('rows.jsonl:3 is not a row of a report: shard: wanted');
  });
});

it.skipIf(noTerminal)('fits wide characters to the width of the terminal', async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, 'list'), `ghcr.io/${'日本語'.repeat(5)}/app\nghcr.io/A\n`);
  const { output } = await onTerminal('report --from list 2>/dev/null', [], { cwd, columns: 80 });
  const lines = output.trimEnd().split(/\r?\n/);
  expect(lines.length).toBeGreaterThan(5);
  const plain = lines.map((line) => stripVTControlCharacters(line));
  expect(plain.filter((line) => stringWidth(line) > 80)).toEqual([]);
  const marks = plain
    .filter((line) => line.startsWith('ghcr.io'))
    .map((line) => stringWidth(line.split(/ - /)[0] ?? ''));
  expect(new Set(marks).size).toBe(1);
});

it('prints whole lines, and no last record, when it is interrupted', async () => {
  const { image } = await withImage({ latency: 1500 });
  const { cwd } = await withLayout();
  const running = startRemora(['report', 'oci:./layout', image, '--format', 'jsonl'], { cwd });
  await new Promise((resolve) => running.child.stdout?.once('data', resolve));
  running.child.kill('SIGINT');
  const { code, stdout } = await running.done;
  expect(code).toBe(130);
  expect(stdout).toMatch(/\n$/);
  expect(rowsIn(stdout).every((row) => reportRowSchema.safeParse(row).success)).toBe(true);
  await writeFile(join(cwd, 'rows.jsonl'), stdout);
  expect((await runHere(['report', '--merge', 'rows.jsonl'], cwd)).code).toBe(6);
  expect(await readFile(join(cwd, 'rows.jsonl'), 'utf8')).toBe(stdout);
});

it('leaves a JSON document that is not closed when it is interrupted', async () => {
  const { image } = await withImage({ latency: 1500 });
  const { cwd } = await withLayout();
  const running = startRemora(['report', 'oci:./layout', image, '--format', 'json'], { cwd });
  await new Promise((resolve) => running.child.stdout?.once('data', resolve));
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.done;
  expect([code, stderr]).toEqual([130, expect.stringContaining('interrupted')]);
  expect(stdout).toContain('"reference":"oci:./layout:v1"');
  expect(() => JSON.parse(stdout)).toThrow(SyntaxError);
});
