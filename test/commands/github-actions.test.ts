import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeFiles } from '../io/tar/support/archives.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { commandsIn } from '../support/workflow-log.js';
import { runHere } from './support/in-process.js';
import { SBOM, withImage } from './support/run.js';
import { attachSigned, withKeys } from './support/signed.js';

/** Text that begins a command wherever a line of a log begins with it, or has it. */
const NEW = '::set-output name=x::y';
const OLD = '##[set-output name=x]y';
const EVIL = `${NEW}\n${NEW}\r ${OLD}%0A::add-mask::y`;
const TYPE = 'application/vnd.oci.image';

let cwd = '';
const summary = () => readFile(join(cwd, 'summary.md'), 'utf8');

beforeEach(async () => {
  cwd = await tempDir();
  vi.stubEnv('GITHUB_ACTIONS', 'true');
  vi.stubEnv('GITHUB_STEP_SUMMARY', join(cwd, 'summary.md'));
});
afterEach(() => vi.unstubAllEnvs());

/** The commands that remora itself means, of a run whose output has no others. */
function errorsIn(output: string, title: string): string[] {
  const commands = commandsIn(output);
  for (const { name, properties } of commands) {
    expect(['error', 'warning']).toContain(name);
    // In the process of a test, a command of two words has a name of one.
    expect(properties.title?.replaceAll(' ', '')).toEqual(title.replaceAll(' ', ''));
  }
  return commands.filter(({ name }) => name === 'error').map(({ message }) => message);
}

/** An index, an image and an attached artifact with such text wherever a document takes text. */
async function withEvil() {
  const { registry, image } = await withImage();
  const put = (document: object, tag?: string) =>
    registry.putManifest('team/app', document, tag === undefined ? {} : { tag });
  const words = { created: EVIL, author: NEW, os: NEW, architecture: OLD, variant: EVIL };
  const inner = { User: NEW, Env: [NEW], Entrypoint: [EVIL], Cmd: [OLD], Labels: { [NEW]: EVIL } };
  const config = {
    ...registry.putBlob('team/app', JSON.stringify({ ...words, config: inner, history: [{ created_by: EVIL }] })),
    mediaType: `${TYPE}.config.v1+json`,
  };
  const annotations = { [NEW]: EVIL, [`a ${OLD}`]: NEW, 'org.opencontainers.image.created': NEW };
  const titles = { 'org.opencontainers.image.title': NEW };
  const layer = { ...registry.putBlob('team/app', 'x'), annotations: titles };
  const base = { schemaVersion: 2, mediaType: `${TYPE}.manifest.v1+json` };
  const evil = put({ ...base, config, layers: [layer], annotations }, 'evil');
  const platform = { os: NEW, architecture: OLD, variant: EVIL };
  put(
    { schemaVersion: 2, mediaType: `${TYPE}.index.v1+json`, manifests: [{ ...evil, platform, annotations }] },
    'index',
  );
  const empty = { ...registry.putBlob('team/app', '{}'), mediaType: 'application/vnd.oci.empty.v1+json' };
  put({ ...base, artifactType: SBOM, config: empty, layers: [layer], subject: evil, annotations });
  put({ ...base, artifactType: `${NEW}`, config: empty, layers: [layer], subject: evil, annotations });
  registry.repository('team/app').tags.set(NEW, evil.digest);
  return { registry, at: (tag: string) => image.replace(':v1', `:${tag}`) };
}

describe('text of others in a job of GitHub Actions', () => {
  it('begins no workflow command, in text and in JSON, on either stream', async () => {
    const { at, registry } = await withEvil();
    await makeFiles(cwd, { [`${OLD}.txt`]: 'x' });
    const calls: [number, string[]][] = [
      [0, ['inspect', at('evil')]],
      [0, ['inspect', at('index')]],
      [0, ['manifest', 'get', '--pretty', at('evil')]],
      [0, ['discover', at('evil'), '--annotations', '--verbose']],
      [0, ['discover', at('index'), '--annotations']],
      [0, ['discover', at('evil'), '--format', 'table']],
      [3, ['discover', at('index'), '--require', 'signature']],
      [0, ['repo', 'tags', `${registry.host}/team/app`]],
      [0, ['check', '--verbose', at('index')]],
      [2, ['pull', at('index'), '--platform', `${NEW}/x`]],
      [0, ['pull', at('evil')]],
      [0, ['push', 'oci:./out', `${OLD}.txt`]],
      [0, ['push', '--dry-run', 'oci:./out', '-a', `${NEW}=${EVIL}`]],
      [0, ['push', 'oci:./out', '-a', EVIL]],
      [2, ['push', 'oci:./out', `--${NEW}`]],
      [2, ['resolve', `ghcr.io/${EVIL}`]],
      [0, ['push', 'oci:./out', NEW]],
      [3, ['push', 'oci:./out', `none${NEW}`]],
      [2, ['resolve', NEW]],
    ];
    for (const [code, args] of calls) {
      for (const more of [[], ['--json']]) {
        const { stdout, stderr, ...result } = await runHere([...args, ...more], cwd);
        expect(result.code, `${args.join(' ')} ${stderr}`).toBe(code);
        expect(commandsIn(stdout), args.join(' ')).toEqual([]);
        const title = ['remora', ...args.slice(0, /^(?:repo|manifest)$/.test(args[0] ?? '') ? 2 : 1)].join(' ');
        expect(errorsIn(stderr, title).length > 0, args.join(' ')).toBe(result.code !== 0);
      }
    }
  });

  it('of a registry that answers with an error stays inside the annotation', async () => {
    const errors = [{ code: 'DENIED', message: EVIL, detail: NEW }];
    for (const body of [JSON.stringify({ errors }), EVIL]) {
      const { image } = await withImage({
        fault: ({ method }) => (method === 'GET' ? { status: 400, body } : undefined),
      });
      for (const more of [[], ['--json']]) {
        const { code, stdout, stderr } = await runHere(['inspect', image, ...more], cwd);
        expect([code, commandsIn(stdout)]).toEqual([1, []]);
        expect(errorsIn(stderr, 'remora inspect')).toEqual([expect.stringContaining('::set-output name=x::y')]);
      }
    }
  });
});

describe('a gate in a job of GitHub Actions', () => {
  it('says what is missing as an annotation and in the summary, and leaves --json as it is', async () => {
    const { image } = await withImage();
    const args = ['discover', image, '--require', 'sbom', '--require', 'signature@notation'];
    const { code, stderr } = await runHere(args, cwd);
    const [sbom, signature] = errorsIn(stderr, 'remora discover');
    expect([code, sbom, signature]).toEqual([
      3,
      expect.stringMatching(/^no sbom on .*\/team\/app@sha256:\w{64}$/),
      expect.stringMatching(/^no signature@notation on .*\/team\/app@sha256:\w{64}$/),
    ]);
    expect(stderr).toContain(`remora: error: ${sbom}\nremora: error: ${signature}\n`);
    expect(await summary()).toMatch(
      /^### ❌ remora discover\n\n<code>.*<\/code>\n\n.*\n.*\n\| sbom \| - \| ❌ not attached \|\n\| signature&#64;notation /,
    );
    const here = await runHere([...args, '--json'], cwd);
    vi.stubEnv('GITHUB_ACTIONS', '');
    const elsewhere = await runHere([...args, '--json'], cwd);
    expect(here.stdout).toBe(elsewhere.stdout);
    expect(errorsIn(here.stderr, 'remora discover')).toHaveLength(2);
    expect(commandsIn(elsewhere.stderr)).toEqual([]);
  });

  it('shows what it verified, and what not, with the reasons', async () => {
    const { cwd: place, good, other, digest } = await withKeys();
    const verify = (...words: string[]) => runHere(['verify', 'oci:./layout:v1', '--key', 'good.pub', ...words], place);
    expect((await verify()).code).toBe(3);
    await attachSigned(place, 'oci:./layout:v1', { keys: [other], digest });
    const refused = await verify('--require', 'sbom');
    expect([refused.code, errorsIn(refused.stderr, 'remora verify')]).toEqual([
      5,
      [expect.stringMatching(/^no verified sbom on oci:.\/layout@sha256:\w{64}: ./)],
    ]);
    await attachSigned(place, 'oci:./layout:v1', { keys: [good], digest });
    const passed = await verify('--require', 'sbom');
    expect([passed.code, commandsIn(passed.stderr)]).toEqual([0, []]);
    const heads = (await summary()).split('\n').filter((line) => line.startsWith('#'));
    expect(heads).toEqual(['### ❌ remora verify', '### ❌ remora verify', '### ✅ remora verify']);
    expect(await summary()).toMatch(/\| ✅ verified \| sbom \| - \| sha256&#58;\w{64} \| key \w{12}/);
    expect(await summary()).toMatch(/\| – not verified \| sbom \|/);
  });

  it('is pull and copy with --verify, too, and a check', async () => {
    const { cwd: place, good, digest } = await withKeys();
    const pull = ['pull', 'oci:./layout:v1', '-o', 'out', '--verify', '--key', 'good.pub'];
    const refused = await runHere(pull, place);
    expect([refused.code, errorsIn(refused.stderr, 'remora pull').length]).toEqual([3, 1]);
    await attachSigned(place, 'oci:./layout:v1', { keys: [good], digest });
    expect((await runHere(pull, place)).code).toBe(0);
    const copy = ['copy', 'oci:./layout:v1', 'oci:./copy', '--verify', '--key', 'good.pub'];
    expect((await runHere(copy, place)).code).toBe(0);
    await writeFile(join(place, 'copy', 'oci-layout'), '{');
    const broken = await runHere(['check', './copy'], place);
    expect([broken.code, errorsIn(broken.stderr, 'remora check')[0]]).toEqual([
      5,
      expect.stringMatching(/ in oci:.\/copy: /),
    ]);
    const heads = (await summary()).split('\n').filter((line) => line.startsWith('#'));
    expect(heads).toEqual(['### ❌ remora pull', '### ✅ remora pull', '### ✅ remora copy', '### ❌ remora check']);
    expect(await summary()).toMatch(/\| out\/app&#46;yaml \| key \w{12}/);
  });

  it('does not fail where the summary cannot be written', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', cwd);
    const { cwd: place } = await withKeys();
    const { code, stderr } = await runHere(['check', './layout'], place);
    expect([code, commandsIn(stderr)]).toEqual([
      0,
      [expect.objectContaining({ name: 'warning', message: expect.stringMatching(/^no job summary was written: /) })],
    ]);
  });

  it('writes no summary where it asks for nothing, and none outside of a job', async () => {
    const { image } = await withImage();
    await runHere(['discover', image], cwd);
    vi.stubEnv('GITHUB_ACTIONS', '');
    await runHere(['check', image], cwd);
    await expect(summary()).rejects.toThrow('ENOENT');
  });
});

describe('an error before a command runs', () => {
  it('is an annotation as well', async () => {
    const env = { GITHUB_ACTIONS: 'true' };
    for (const args of [['none-such'], ['none-such', '--json'], [OLD]]) {
      const { code, stdout, stderr } = await remora(args, { env, cwd });
      expect([code, commandsIn(stdout)]).toEqual([2, []]);
      expect(commandsIn(stderr)).toEqual([
        { name: 'error', properties: { title: 'remora' }, message: expect.any(String) },
      ]);
    }
  });
});
