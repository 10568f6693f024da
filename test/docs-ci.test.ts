import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { run } from './support/peers.js';
import { type Registry, startRegistry } from './support/registry.js';
import { FOREIGN, PROGRAM_WORDS, remora } from './support/remora.js';
import { tempDir } from './support/temp.js';

const SBOM = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{},"name":"app"}\n';
const IMAGES = 9;

const step = z.object({
  run: z.string().optional(),
  uses: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const indexedJob = z.object({
  spec: z.object({
    completionMode: z.literal('Indexed'),
    completions: z.number(),
    backoffLimitPerIndex: z.number(),
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            command: z.tuple([z.literal('sh'), z.literal('-c')]),
            args: z.tuple([z.string()]),
            volumeMounts: z.array(z.object({ name: z.string() })),
          }),
        ]),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    }),
  }),
});
const matrix = z.object({
  jobs: z.object({
    rows: z.object({
      strategy: z.object({ matrix: z.object({ shard: z.array(z.number()) }) }),
      steps: z.array(step),
    }),
    report: z.object({ needs: z.literal('rows'), if: z.string(), steps: z.array(step) }),
  }),
});

/** The blocks of a language below a heading of a page. */
async function blocks(page: string, heading: string, language: string): Promise<readonly string[]> {
  const text = await readFile(new URL(`../docs/${page}`, import.meta.url), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, name, block = '']) =>
    name === language ? [block] : [],
  );
}

/** A registry with images, of which all have an SBOM but the last, and a list of them. */
async function images() {
  let isAway = false;
  const registry = await startRegistry({
    fault: ({ path }) =>
      isAway && path.includes('/app3/') ? { status: 503, headers: { 'retry-after': '600' } } : undefined,
  });
  onTestFinished(() => registry.close());
  const cwd = await tempDir();
  await writeFile(join(cwd, 'sbom.spdx.json'), SBOM);
  const names: string[] = [];
  for (let index = 1; index <= IMAGES; index++) {
    const name = `${registry.host}/acme/app${index}:v1`;
    names.push(name);
    expect(await remora(['push', name, 'sbom.spdx.json'], { cwd })).toMatchObject({ code: 0 });
    if (index === IMAGES) continue;
    expect(await remora(['attach', '--no-settle', name, 'sbom.spdx.json'], { cwd })).toMatchObject({ code: 0 });
  }
  await writeFile(join(cwd, 'images.txt'), `${names.join('\n')}\n`);
  return {
    registry,
    cwd,
    env: await environment(cwd),
    setAway: (value: boolean) => {
      isAway = value;
    },
  };
}

/** An environment in which `remora`, `npm` and `kubectl` are in the PATH. */
async function environment(cwd: string) {
  const bin = join(cwd, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'remora'), `#!/bin/sh\nexec ${PROGRAM_WORDS} "$@"\n`);
  for (const name of ['npm', 'kubectl']) await writeFile(join(bin, name), `#!/bin/sh\necho "${name} $*"\n`);
  for (const name of ['remora', 'npm', 'kubectl']) await chmod(join(bin, name), 0o755);
  return { ...FOREIGN, PATH: `${bin}:${process.env.PATH}`, DOCKER_CONFIG: join(cwd, 'docker') };
}

describe.skipIf(process.platform === 'win32')('the jobs of docs/', { timeout: 240_000 }, () => {
  it('for Kubernetes report in shards, whose rows are merged', async () => {
    const [text = ''] = await blocks('scale.md', 'A job of Kubernetes', 'yaml');
    const [after = ''] = await blocks('scale.md', 'A job of Kubernetes', 'sh');
    const { spec } = indexedJob.parse(parse(text));
    const pod = spec.template.spec;
    const [{ args, volumeMounts }] = pod.containers;
    expect(volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
    const { cwd, env, setAway } = await images();
    await mkdir(join(cwd, 'rows'));
    const script = args[0].replaceAll('/in/', `${cwd}/`).replaceAll('/out/', `${cwd}/rows/`);
    expect(script).not.toBe(args[0]);
    const pods = async () => {
      const codes: (number | null)[] = [];
      for (let index = 0; index < spec.completions; index++)
        codes.push(
          (await run('sh', ['-c', script], { cwd, env: { ...env, JOB_COMPLETION_INDEX: String(index) } })).code,
        );
      return codes;
    };
    setAway(true);
    // The shard of the image that cannot be asked is tried again.
    expect((await pods()).filter((code) => code !== 0)).toEqual([1]);
    const all = after.replace('rows/1.jsonl rows/2.jsonl', 'rows/*.jsonl');
    const merge = () => run('bash', ['-eo', 'pipefail', '-c', all], { cwd, env });
    expect(await merge()).toMatchObject({ code: 6, stderr: expect.stringMatching(/app3:v1 could not be asked/) });
    setAway(false);
    expect(await pods()).toEqual(Array(spec.completions).fill(0));
    const merged = await merge();
    expect([merged.code, merged.stdout]).toEqual([3, expect.stringContaining('kubectl wait')]);
    expect(merged.stderr).toMatch(/app9:v1 has no sbom\n/);
    expect(merged.stderr).toContain(`${IMAGES} images: ${IMAGES - 1} with sbom`);
    expect(await readFile(join(cwd, 'report.html'), 'utf8')).toContain('app1:v1');
    expect((await readdir(join(cwd, 'rows'))).every((name) => name.endsWith('.jsonl'))).toBe(true);
    // A pod that was killed leaves a part, which is not merged for the whole.
    const cut = await run('sh', ['-c', script.replace('> ', '| head -c 30 > ')], {
      cwd,
      env: { ...env, JOB_COMPLETION_INDEX: '0' },
    });
    expect(cut.code).toBe(1);
  });

  it('for a matrix of CI do the same', async () => {
    const [text = ''] = await blocks('scale.md', 'A matrix of CI', 'yaml');
    const { jobs } = matrix.parse(parse(text));
    const { cwd, env } = await images();
    const shell = (
      { run: script = '', env: own = {} }: z.infer<typeof step>,
      values: Readonly<Record<string, string>>,
    ) =>
      run('bash', ['-e', '-c', script], {
        cwd,
        env: {
          ...env,
          ...Object.fromEntries(
            Object.entries(own).map(([name, value]) => [
              name,
              value.replace(/\$\{\{ (\S+) \}\}/g, (_all, key: string) => values[key] ?? ''),
            ]),
          ),
        },
      });
    for (const shard of jobs.rows.strategy.matrix.shard)
      for (const one of jobs.rows.steps.filter(({ run }) => run !== undefined))
        expect(await shell(one, { 'matrix.shard': String(shard) }), one.run).toMatchObject({ code: 0 });
    const last = jobs.report.steps.filter(({ run }) => run !== undefined).at(-1) ?? {};
    const merged = await shell(last, {});
    expect([merged.code, merged.stderr]).toEqual([3, expect.stringContaining(`${IMAGES} images`)]);
    // A job that was lost is missed.
    await rename(join(cwd, '3.jsonl'), join(cwd, 'lost'));
    await writeFile(join(cwd, '3.jsonl'), '');
    expect(await shell(last, {})).toMatchObject({ code: 6 });
  });

  it('of GitHub and of a shell are gates', async () => {
    const [text = ''] = await blocks('ci.md', 'GitHub Actions', 'yaml');
    const [gate] = z.array(step).parse(parse(text));
    const page = await readFile(new URL('../docs/ci.md', import.meta.url), 'utf8');
    const commands = /^```sh\n(.*?)^```/ms.exec(page)?.[1]?.trim().split('\n') ?? [];
    const { registry, cwd, env, digest } = await signed();
    const shell = (script = '', own: Readonly<Record<string, string>> = {}) =>
      run('bash', ['-e', '-c', script.replaceAll('ghcr.io/', `${registry.host}/`).replace('5m', '1s')], {
        cwd,
        env: { ...env, ...own },
      });
    expect(commands).toHaveLength(4);
    for (const command of commands) expect(await shell(command), command).toMatchObject({ code: 0 });
    expect(Object.entries(gate?.env ?? {})).toEqual([['DIGEST', expect.stringMatching(/^\$\{\{ [\w.]+ \}\}$/)]]);
    expect(await shell(gate?.run, { DIGEST: digest })).toMatchObject({ code: 0 });
    await remora(['push', `${registry.host}/acme/app:v2`, 'key.yaml'], { cwd });
    const other = (await remora(['resolve', `${registry.host}/acme/app:v2`], { cwd })).stdout.trim();
    expect((await shell(gate?.run, { DIGEST: other })).code).toBe(3);
  });
});

it('pins each action of a workflow to its commit', async () => {
  const places = ['docs', 'examples'].map((name) => new URL(`../${name}/`, import.meta.url));
  const files = await Promise.all(
    places.map(async (place) =>
      (await readdir(place)).filter((name) => /\.(?:md|ya?ml)$/.test(name)).map((name) => new URL(name, place)),
    ),
  );
  const texts = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));
  const used = texts.flatMap((text) => [...text.matchAll(/\buses: *(\S+)/g)].map(([, action]) => action));
  expect(used.length).toBeGreaterThan(3);
  for (const action of used) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

/** An image that has an SBOM and is signed, with the key and a policy that want both. */
async function signed(): Promise<{ registry: Registry; cwd: string; env: NodeJS.ProcessEnv; digest: string }> {
  const registry = await startRegistry();
  onTestFinished(() => registry.close());
  const cwd = await tempDir();
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(join(cwd, 'cosign.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(join(cwd, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(join(cwd, 'sbom.spdx.json'), SBOM);
  await writeFile(join(cwd, 'key.yaml'), 'other: content\n');
  await writeFile(
    join(cwd, 'policy.yaml'),
    'version: 1\ntrust: {release: {key: cosign.pub}}\nrules: {signed: {scope: "**", kind: signature, by: release}}\n',
  );
  const image = `${registry.host}/acme/app:v1`;
  for (const words of [
    ['push', image, 'sbom.spdx.json'],
    ['attach', image, 'sbom.spdx.json'],
    ['sign', '--key', 'key.pem', image],
    ['attest', '--key', 'key.pem', image, 'sbom.spdx.json'],
  ])
    expect(await remora(words, { cwd }), words.join(' ')).toMatchObject({ code: 0 });
  const digest = (await remora(['resolve', image], { cwd })).stdout.trim();
  return { registry, cwd, env: await environment(cwd), digest };
}
