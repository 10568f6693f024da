import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { tarGz } from '../formats/recognise/support/archives.js';
import { makeFiles } from '../io/tar/support/archives.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';
import { withImage } from './support/run.js';

const FILE = 'web-1.2.3+b.tgz';
let cwd = '';
let host = '';
beforeEach(async () => {
  cwd = await tempDir();
  const chart = await tarGz({ 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3+b\n' });
  await makeFiles(cwd, { [FILE]: chart, [`${FILE}.prov`]: `files:\n  ${FILE}: ${digestOf(chart)}\n`, 'a.txt': 'a' });
  host = (await withImage()).registry.host;
});

describe('push of a chart', () => {
  it('tells what Helm would not find, and writes its tag', async () => {
    const good = await runHere(['push', `${host}/charts/web:1.2.3+b`, FILE], cwd);
    expect(good.stderr).toBe('remora: the tag 1.2.3+b is written 1.2.3_b: a tag has no "+"\n');
    expect(good.stdout).toContain(`Tags:    ${host}/charts/web:1.2.3_b\n`);
    const untagged = await runHere(['push', `${host}/charts/web`, FILE], cwd);
    expect(untagged.stderr).toMatch(/no tag was given: .* gets the tag 1\.2\.3_b\n$/);
    const other = await runHere(['push', `${host}/charts/other:latest`, FILE], cwd);
    expect(other.stderr).toMatch(/the last part is not web\n.*gets no tag 1\.2\.3_b: add it to the others\n$/s);
    const plain = await runHere(['push', `${host}/charts/web:generic`, FILE, '--as', 'generic'], cwd);
    expect([plain.code, plain.stderr]).toEqual([0, '']);
  });

  it('tells of the provenance of another file', async () => {
    await makeFiles(cwd, { [`${FILE}.prov`]: 'files: none\n' });
    const { code, stderr } = await runHere(['push', `${host}/charts/web:1.2.3_b`, FILE], cwd);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/\.prov does not name the digest of web-.*\.tgz, which is/),
    ]);
  });

  it('is pulled under the name of the chart, with its provenance', async () => {
    await runHere(['push', `${host}/charts/web`, FILE], cwd);
    const { code, stderr } = await runHere(['pull', `${host}/charts/web:1.2.3_b`, '-o', 'out'], cwd);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of [FILE, `${FILE}.prov`])
      expect(await readFile(join(cwd, 'out', name))).toEqual(await readFile(join(cwd, name)));
  });

  it('refuses a version as the tag of something else, and what is no chart', async () => {
    const { message } = await failureHere(2, ['push', `${host}/charts/web:1.2.3+b`, 'a.txt'], cwd);
    expect(message).toContain('"1.2.3+b" is not a tag');
    await failureHere(2, ['push', `${host}/charts/web:1.2.3+b`, FILE, '--as', 'generic'], cwd);
    await failureHere(2, ['push', `${host}/charts/web:a+/b`, FILE], cwd);
    const { hint } = await failureHere(2, ['push', 'oci:./new:v1', 'a.txt', '--as', 'helm'], cwd);
    expect(hint).toContain('--as generic');
    await failureHere(2, ['push', 'oci:./new:v1', FILE, '--as', 'helm', '--artifact-type', 'application/vnd.x'], cwd);
    await failureHere(2, ['push', 'oci:./new:v1', FILE, '--as', 'kitops'], cwd);
    expect(await readdir(cwd)).not.toContain('new');
  });
});
