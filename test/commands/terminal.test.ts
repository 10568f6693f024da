import { spawnSync } from 'node:child_process';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { makeFiles } from '../io/tar/support/archives.js';
import { noise } from '../store/support/artifacts.js';
import { run } from '../support/peers.js';
import { PROGRAM_WORDS } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { runHere } from './support/in-process.js';
import { SBOM, success, withImage } from './support/run.js';

/** Clears the screen, sets the title, a C1 control, turns the direction of writing, deletes. */
const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066\u007f\b\r';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/;
const TYPE = 'application/vnd.oci.image';

/** An index, an image and an attached artifact with such text wherever a document takes text. */
async function withEvil() {
  const { registry, image } = await withImage();
  const put = (document: object, tag?: string) =>
    registry.putManifest('team/app', document, tag === undefined ? {} : { tag });
  const config = {
    ...registry.putBlob(
      'team/app',
      JSON.stringify({
        created: EVIL,
        author: EVIL,
        os: `linux${EVIL}`,
        architecture: EVIL,
        variant: EVIL,
        config: {
          User: EVIL,
          Env: [EVIL],
          Entrypoint: [EVIL],
          Cmd: [EVIL],
          WorkingDir: EVIL,
          Labels: { [EVIL]: EVIL },
          ExposedPorts: { [EVIL]: {} },
        },
        history: [{ created: EVIL, created_by: EVIL, comment: EVIL }],
      }),
    ),
    mediaType: `${TYPE}.config.v1+json`,
  };
  const annotations = { [EVIL]: EVIL, 'org.opencontainers.image.created': EVIL };
  const layer = { ...registry.putBlob('team/app', 'x'), annotations: { 'org.opencontainers.image.title': `a${EVIL}` } };
  const base = { schemaVersion: 2, mediaType: `${TYPE}.manifest.v1+json` };
  const evil = put({ ...base, config, layers: [layer], annotations }, 'evil');
  const platform = { os: EVIL, architecture: EVIL, variant: EVIL };
  const child = { ...evil, platform, annotations: { 'vnd.docker.reference.type': EVIL } };
  put({ schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests: [child], annotations }, 'index');
  const empty = { ...registry.putBlob('team/app', '{}'), mediaType: 'application/vnd.oci.empty.v1+json' };
  for (const extra of ['1', '2'])
    put({
      ...base,
      artifactType: SBOM,
      config: empty,
      layers: [layer],
      subject: evil,
      annotations: { ...annotations, extra },
    });
  registry.repository('team/app').tags.set(`v${EVIL}`, evil.digest);
  return { registry, at: (tag: string) => image.replace(':v1', `:${tag}`) };
}

describe('text of others', () => {
  it('never acts on the terminal, in text and in JSON', async () => {
    const { at } = await withEvil();
    const cwd = await tempDir();
    const calls: [number, string[]][] = [
      [0, ['inspect', at('evil')]],
      [0, ['inspect', at('index')]],
      [0, ['discover', at('evil'), '--annotations']],
      [0, ['discover', at('evil'), '--format', 'table']],
      [5, ['pull', at('evil')]],
      [7, ['pull', at('index')]],
      [7, ['pull', at('evil'), '--artifact-type', SBOM]],
      [7, ['pull', at('evil'), '--artifact-type', SBOM, '--stdout']],
      [3, ['resolve', at('none')]],
      [3, ['resolve', at('index'), '--platform', 'linux/amd64']],
      [0, ['push', '--dry-run', 'oci:./out', '-a', `${EVIL}=${EVIL}`]],
      [0, ['push', 'oci:./out', '-a', `org.opencontainers.${EVIL}=${EVIL}`]],
      [2, ['push', 'oci:./out', '-a', EVIL]],
      [2, ['push', 'oci:./out', `--${EVIL}`]],
      [2, ['resolve', `ghcr.io/${EVIL}`]],
      [3, ['push', 'oci:./out', `none${EVIL}`]],
    ];
    for (const [code, args] of calls) {
      for (const more of [[], ['--json']]) {
        if (args.includes('--stdout') && more.length > 0) continue;
        const result = await runHere([...args, ...more], cwd);
        const { stdout, stderr } = result;
        expect(result.code, `${args[0]} ${stderr}`).toBe(code);
        expect(stdout + stderr, args.join(' ')).not.toMatch(ACTS);
        if (more.length > 0) expect(() => JSON.parse(stdout)).not.toThrow();
      }
    }
  });

  it('keeps its meaning in JSON', async () => {
    const { at } = await withEvil();
    const { stdout } = await runHere(['inspect', at('evil'), '--json'], await tempDir());
    expect(JSON.parse(stdout).annotations).toEqual({ [EVIL]: EVIL, 'org.opencontainers.image.created': EVIL });
  });

  it('of a registry that answers with an error is shown, harmless', async () => {
    const errors = [{ code: 'DENIED', message: `no ${EVIL}`, detail: EVIL }];
    for (const body of [JSON.stringify({ errors }), `plain ${EVIL}`]) {
      const { image } = await withImage({
        fault: ({ method }) => (method === 'GET' ? { status: 400, body } : undefined),
      });
      for (const more of [[], ['--json']]) {
        const { code, stdout, stderr } = await runHere(['inspect', image, ...more], await tempDir());
        expect(code).toBe(1);
        expect(stdout + stderr).not.toMatch(ACTS);
        expect(stdout + stderr).toContain('\\u001b');
      }
    }
  });
});

const script = spawnSync('script', ['--version']).status === 0 ? undefined : 'needs script of util-linux';

describe.skipIf(script)(`on a terminal${script ? ` (skipped: ${script})` : ''}`, () => {
  const ESCAPE = '\u001b[';
  let cwd: string;

  async function onTerminal(words: string, env: Record<string, string> = {}): Promise<string> {
    // Where script's own input is no terminal, the one that it makes has no columns.
    const command = `stty cols 100 rows 30; ${PROGRAM_WORDS} ${words}`;
    const variables = { NO_COLOR: undefined, TERM: 'xterm', ...env };
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], { cwd, env: variables });
    return stdout;
  }

  it('there is colour, unless NO_COLOR or a dumb terminal says no', async () => {
    cwd = await tempDir();
    await makeFiles(cwd, { 'a.txt': 'a' });
    await success(['push', 'oci:./out:v1', 'a.txt'], { cwd });
    expect(await onTerminal('inspect ./out')).toContain(`${ESCAPE}1mFiles${ESCAPE}22m`);
    expect(await onTerminal('inspect ./none')).toContain(`${ESCAPE}31merror${ESCAPE}39m`);
    for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }])
      expect(await onTerminal('inspect ./out', env)).not.toContain(ESCAPE);
    expect(await onTerminal('inspect ./out --json')).not.toContain(ESCAPE);
  });

  it('a choice fits, with wide names', async () => {
    cwd = await tempDir();
    const names = [1, 2].map((n) => `${'日本語'.repeat(12)}-${n}.json`);
    await makeFiles(cwd, Object.fromEntries(names.map((name) => [name, name])));
    await success(['push', 'oci:./out:v1', ...names], { cwd });
    for (const name of names)
      await success(['attach', '--artifact-type', SBOM, 'oci:./out:v1', name, '--no-settle'], { cwd });
    const lines = (await onTerminal('pull oci:./out:v1 --kind sbom', { NO_COLOR: '1' })).split('\r\n');
    const choices = lines.filter((line) => line.startsWith('  sbom'));
    expect(choices).toHaveLength(2);
    for (const line of choices) {
      expect(line).toMatch(/ [0-9a-f]{8,12}$/);
      expect(stringWidth(line)).toBeLessThanOrEqual(100);
    }
  });

  it('there is a bar for a large file that takes its time, and none in a pipe', async () => {
    cwd = await tempDir();
    await makeFiles(cwd, { 'large.bin': noise(20_000_000).bytes });
    const { registry } = await withImage({ latency: 600 });
    const words = ['push', `${registry.host}/team/large:v1`, 'large.bin'];
    const pushed = await onTerminal(words.join(' '));
    expect(pushed).toMatch(/(?:uploading|reading) +large\.bin +\[[#-]+\] +\d+%/);
    expect(pushed).toContain('Pushed:');
    expect((await success(words, { cwd })).stderr).toBe('');
  });
});
