import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { type RunResult, run } from './support/peers.js';
import { startRegistry } from './support/registry.js';
import { FOREIGN, PROGRAM_WORDS, remora } from './support/remora.js';
import { tempDir } from './support/temp.js';

const SBOM = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{},"name":"app"}\n';

const workflow = z.object({
  jobs: z.object({
    evidence: z.object({ steps: z.array(z.object({ name: z.string().optional(), run: z.string().optional() })) }),
  }),
});
const job = z.object({
  evidence: z.object({
    before_script: z.array(z.string()),
    script: z.array(z.string()),
    after_script: z.array(z.string()),
  }),
});

const textOf = (name: string) => readFile(new URL(`../examples/${name}`, import.meta.url), 'utf8');

/** A job that has a key installs one version, and this one is tested. */
async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** A checkout after its build: an image in a registry, an SBOM and a key; `remora` and `npm` are in the PATH. */
async function built() {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const cwd = await tempDir();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(cwd, 'cosign.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(cwd, 'sbom.spdx.json'), SBOM);
  const repository = `${registry.host}/acme/app`;
  expect(await remora(['push', `${repository}:v1`, 'sbom.spdx.json'], { cwd })).toMatchObject({ code: 0 });
  const bin = join(cwd, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'remora'), `#!/bin/sh\nexec ${PROGRAM_WORDS} "$@"\n`);
  await writeFile(join(bin, 'npm'), '#!/bin/sh\necho "npm $*"\n');
  for (const name of ['remora', 'npm']) await chmod(join(bin, name), 0o755);
  const env = {
    ...FOREIGN,
    PATH: `${bin}:${process.env.PATH}`,
    DOCKER_CONFIG: join(cwd, 'docker'),
    SIGNING_KEY: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
  return { host: registry.host, repository, cwd, env };
}

describe.skipIf(process.platform === 'win32')('the jobs of examples/', { timeout: 120_000 }, () => {
  it('for GitHub attach, sign, gate and report, each step in a shell of its own', async () => {
    const { jobs } = workflow.parse(parse(await textOf('github-workflow.yml')));
    const { host, repository, cwd, env } = await built();
    const files = { GITHUB_ENV: join(cwd, 'env'), GITHUB_STEP_SUMMARY: join(cwd, 'summary') };
    const own = {
      REGISTRY: host,
      REPOSITORY: repository,
      GITHUB_REF_NAME: 'v1',
      GITHUB_ACTOR: 'acme',
      TOKEN: 'secret',
    };
    const step = async (script = '') => {
      const set = (await readFile(files.GITHUB_ENV, 'utf8').catch(() => '')).trim().split('\n');
      const variables = Object.fromEntries(set.filter(Boolean).map((line) => line.split(/=(.*)/s)));
      return run('bash', ['-eo', 'pipefail', '-c', script], { cwd, env: { ...env, ...files, ...own, ...variables } });
    };
    const steps = jobs.evidence.steps.filter(({ run: script }) => script !== undefined);
    expect(steps.map(({ name }) => name)).toEqual([
      'Install',
      'Log in',
      'Name the image by its digest',
      'Attach',
      'Sign',
      'Gate',
      'Report',
    ]);
    const results = new Map<string, RunResult>();
    for (const { name = '', run: script } of steps) {
      // The gate is closed until all of it is there.
      if (name === 'Name the image by its digest') {
        const elsewhere = await step(`REPOSITORY+=/nowhere\n${script}`);
        expect([elsewhere.code, await readFile(files.GITHUB_ENV, 'utf8').catch(() => '')]).toEqual([3, '']);
      }
      if (name === 'Sign')
        expect((await step(steps.find((each) => each.name === 'Gate')?.run)).code).toBeGreaterThan(2);
      const result = await step(script);
      expect({ name, code: result.code }, result.stderr).toEqual({ name, code: 0 });
      results.set(name, result);
    }
    expect(results.get('Install')?.stdout).toBe(`npm install --global --ignore-scripts remora@${await version()}\n`);
    expect(results.get('Gate')?.stdout).toContain('verified');
    expect(await readFile(files.GITHUB_STEP_SUMMARY, 'utf8')).toContain(`${repository}:v1`);
  });

  it('for GitLab do the same in one shell', async () => {
    const { evidence } = job.parse(parse(await textOf('gitlab-job.yml')));
    const { host, repository, cwd, env } = await built();
    const own = {
      CI_REGISTRY: host,
      CI_REGISTRY_IMAGE: repository,
      CI_REGISTRY_USER: 'acme',
      CI_REGISTRY_PASSWORD: 'secret',
      CI_COMMIT_TAG: 'v1',
    };
    const shell = (lines: readonly string[]) =>
      run('bash', ['-eo', 'pipefail', '-c', lines.join('\n')], { cwd, env: { ...env, ...own } });
    expect(evidence.before_script[0]).toBe(`npm install --global --ignore-scripts remora@${await version()}`);
    const unsigned = evidence.script.filter((line) => !/remora (sign|attest)/.test(line));
    expect((await shell([...evidence.before_script, ...unsigned])).code).toBeGreaterThan(2);
    const done = await shell([...evidence.before_script, ...evidence.script]);
    expect(done.code, done.stderr).toBe(0);
    expect((await shell(evidence.after_script)).code).toBe(0);
    expect(await readFile(join(cwd, 'report.csv'), 'utf8')).toContain(`${repository}:v1`);
  });

  it('make no shell command of what others write', async () => {
    for (const name of ['github-workflow.yml', 'gitlab-job.yml']) {
      const commands = [...(await textOf(name)).matchAll(/run: *(\|\n(?: {10}.*\n)+|.*)/g)].map(([, text]) => text);
      for (const command of commands) expect(command).not.toContain('${{');
    }
  });
});
