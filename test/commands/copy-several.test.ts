import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type RegistryOptions, startRegistry } from '../support/registry.js';
import { tempDir } from '../support/temp.js';
import { failureHere, runHere } from './support/in-process.js';

/** A repository with `v1` and `odd`, an SBOM for each, where requests for `odd` are answered with a status. */
async function begin(status: number, path = 'manifests/odd', options: RegistryOptions = {}) {
  let isOdd = false;
  const registry = await startRegistry({
    ...options,
    fault: (request) => (isOdd && request.path.includes(path) ? { status } : undefined),
  });
  onTestFinished(() => registry.close());
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.json'), '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{}}');
  const repository = `${registry.host}/team/app`;
  for (const tag of ['v1', 'odd']) {
    await writeFile(join(cwd, tag), tag);
    const pushed = await runHere(['push', `${repository}:${tag}`, tag, '--artifact-type', 'application/x.app'], cwd);
    expect(pushed.code).toBe(0);
    const attached = await runHere(['attach', `${repository}:${tag}`, 'sbom.json', '--no-settle'], cwd);
    expect(attached.code).toBe(0);
  }
  isOdd = true;
  return { cwd, repository, registry };
}

describe('copy of all tags', () => {
  it.each([
    [404, 6],
    [403, 4],
    [500, 6],
  ])('with one that answers %i copies the rest, names it and ends with %i', async (status, code) => {
    const { cwd, repository } = await begin(status);
    for (const to of ['oci:copy', 'oci-archive:copy.tar']) {
      const result = await runHere(['copy', '-r', '--all-tags', repository, to], cwd);
      expect(result.code, result.stderr).toBe(code);
      expect(result.stderr).toMatch(/could not copy \S+:odd: .*\nremora: 1 left out: the others were copied\n$/);
      expect(result.stdout).toMatch(/^Tags: +v1$/m);
    }
    await access(join(cwd, 'copy.tar'));
    const json = await runHere(['copy', '--all-tags', '--json', repository, 'oci:other'], cwd);
    expect([json.code, JSON.parse(json.stdout).incomplete]).toMatchObject([code, [{ way: `${repository}:odd` }]]);
  });

  it('prints a line for each tag, and is what a copy without a tag of several manifests asks for', async () => {
    const { cwd, repository } = await begin(200, 'nothing');
    const all = await runHere(['copy', '-r', '--all-tags', repository, 'oci-archive:backup.tar'], cwd);
    expect([all.code, all.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^Copied: +2 manifests\nAttached: +2\nObjects: .*\nTags:\n( {2}(odd|v1 ) {2}oci-archive:backup\.tar@sha256:\w{64}\n){2}$/,
      ),
    ]);
    const dry = await runHere(['copy', '--all-tags', '--dry-run', repository, 'oci:other'], cwd);
    expect(dry.stdout).toMatch(/^Would copy: +2 manifests\n[\s\S]*\nTags:\n {2}odd {2}oci:\S+@sha256:\w{64}\n {2}v1 /);
    for (const words of [[], ['-r']]) {
      const { message, hint, candidates } = await failureHere(7, ['copy', ...words, './backup.tar', 'oci:copy'], cwd);
      expect([message, candidates]).toEqual([expect.stringMatching(/has 2 manifests, wanted one$/), ['odd', 'v1']]);
      expect(hint).toBe(
        'Copy all tags with --all-tags, some with --tag, or name one of them, like oci-archive:./backup.tar:odd',
      );
    }
  });

  it('ends with 7 and writes nothing where two names become one tag', async () => {
    const { cwd, repository, registry } = await begin(200, 'nothing');
    for (const tag of ['v1', 'odd'])
      expect((await runHere(['copy', `${repository}:${tag}`, 'oci:names'], cwd)).code).toBe(0);
    const index = join(cwd, 'names', 'index.json');
    const text = await readFile(index, 'utf8');
    await writeFile(index, text.replace('"v1"', '"a.test/x:same"').replace('"odd"', '"b.test/x:same"'));
    registry.clear();
    const error = await failureHere(7, ['copy', '--all-tags', 'oci:names', repository], cwd);
    expect(error.message).toMatch(/a\.test\/x:same and .*b\.test\/x:same/);
    expect(registry.requests.filter(({ method }) => !['GET', 'HEAD'].includes(method))).toEqual([]);
  });
});

describe('copy of one tag', () => {
  it.each([
    [403, 4],
    [500, 6],
  ])('whose referrers answer %i ends with %i and writes nothing', async (status, code) => {
    const { cwd, repository } = await begin(status, '/referrers/');
    const error = await failureHere(code, ['copy', '-r', `${repository}:v1`, 'oci:copy'], cwd);
    expect(error.code).toBe('INCOMPLETE');
    await expect(access(join(cwd, 'copy'))).rejects.toMatchObject({ code: 'ENOENT' });
    const alone = await runHere(['copy', `${repository}:v1`, 'oci:copy'], cwd);
    expect(alone.code).toBe(0);
    expect(alone.stderr).toMatch(/could not ask .*: more may be left behind/);
  });

  it('says how many attachments stay behind, and how to take them', async () => {
    const { cwd, repository } = await begin(200, 'nothing');
    const alone = await runHere(['copy', `${repository}:v1`, 'oci:copy'], cwd);
    expect([alone.code, alone.stderr]).toEqual([0, 'remora: 1 attached left behind: copy -r takes them\n']);
    const json = await runHere(['copy', '--json', `${repository}:v1`, 'oci:copy'], cwd);
    expect(JSON.parse(json.stdout).attachedLeft).toEqual({ count: 1, incomplete: [] });
    const all = await runHere(['copy', '-r', `${repository}:v1`, 'oci:copy'], cwd);
    expect([all.code, all.stderr]).toEqual([0, '']);
  });
});

it.each(['oci-archive:x.tar', 'dir:x', 'localhost:5000/x:v1'])(
  'check --fix %s is refused before it asks',
  async (place) => {
    const error = await failureHere(2, ['check', '--fix', place], await tempDir());
    expect(error.message).toMatch(/is not a layout directory/);
  },
);
