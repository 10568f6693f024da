import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { COMMANDS } from '../support/command-names.js';
import { describeWithPeers, peer } from '../support/peers.js';
import { REMORA } from '../support/remora.js';

const folder = join(dirname(REMORA), 'man');
const run = promisify(execFile);
const mandoc = async (...args: string[]) => (await run(peer('mandoc') ?? '', args, { maxBuffer: 1 << 24 })).stdout;

describeWithPeers('the manual', ['mandoc'], () => {
  it('has a page for the program and for each command, which mandoc reads without a warning', async () => {
    const pages = await readdir(folder);
    const wanted = ['remora.1', ...COMMANDS.map((name) => `remora-${name.replace(' ', '-')}.1`)];
    expect(pages).toEqual(expect.arrayContaining(wanted));
    // Lint ends with a code of its own where it found something. A date would make the bytes of a build depend on the day.
    const lint = mandoc('-T', 'lint', '-W', 'warning', ...pages.map((page) => join(folder, page)));
    const found = await lint.catch((error: { readonly stdout: string }) => error.stdout);
    expect(found.split('\n').filter((line) => !/missing date|^$/.test(line))).toEqual([]);
  });

  it('breaks no word, and leads to related pages that exist', async () => {
    const pages = await readdir(folder);
    for (const page of pages) {
      const source = await readFile(join(folder, page), 'utf8');
      expect(source).toMatch(/^\.TH .*\n\.nh\n/);
      const [, also = ''] = source.split('\n.SH SEE ALSO\n');
      expect(also).toContain('remora help places');
      for (const [, name = ''] of also.matchAll(/\\fB([^ ]*?)\\fR\(1\)/g))
        expect(pages).toContain(`${name.replaceAll('\\-', '-')}.1`);
    }
    const verify = await mandoc('-T', 'utf8', join(folder, 'remora-verify.1'));
    expect(verify.replaceAll(/.[\b]/g, '')).toMatch(/remora[-‐]sign\(1\)[\s\S]*remora help trust/);
  });

  it('tells every flag of a command, as help does', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'));
    for (const name of ['discover', 'repo tags', 'copy']) {
      const page = join(folder, `remora-${name.replace(' ', '-')}.1`);
      const text = (await mandoc('-T', 'utf8', page)).replaceAll(/.[\b]/g, '').replaceAll('‐', '-');
      for (const flag of Object.keys(manifest.commands[name.replace(' ', ':')].flags))
        expect(text).toMatch(new RegExp(`--(?:\\[no-\\])?${flag}\\b`));
      expect(text).toContain(`remora ${name}`);
    }
  });
});
