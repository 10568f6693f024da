import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DockerConfig, withDockerConfig } from '../support/docker-config.js';
import { startHtpasswdRegistry } from '../support/htpasswd-registry.js';
import { describeWithPeers, type PeerName, type PeerRegistry, run } from '../support/peers.js';
import { push, remora } from '../support/remora.js';
import { writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const USER = { name: 'ann', password: 'correct:horse 42' };

/** A command of each tool that reads from a registry with what is stored. */
const READ: Readonly<Record<string, (host: string, digest: string) => readonly string[]>> = {
  oras: (host, digest) => ['manifest', 'fetch', '--descriptor', '--plain-http', `${host}/app@${digest}`],
  crane: (host, digest) => ['digest', `${host}/app@${digest}`],
  regctl: (host, digest) => ['manifest', 'head', '--host', `reg=${host},tls=disabled`, `${host}/app@${digest}`],
  skopeo: (host, digest) => ['inspect', '--raw', '--tls-verify=false', `docker://${host}/app@${digest}`],
};

for (const name of ['docker-registry', 'registry3'] as const) {
  describeWithPeers(`login at ${name} with htpasswd`, [name], () => {
    let registry: PeerRegistry;
    beforeAll(async () => {
      registry = await startHtpasswdRegistry(name, USER.name, USER.password);
    });
    afterAll(() => registry?.close());

    const login = (env: DockerConfig['env'], password: string, ...words: string[]) =>
      remora(['login', registry.host, '-u', USER.name, '--password-stdin', ...words], { env, input: password });

    it('is accepted with the password, and refused with another', async () => {
      const { file, env } = await withDockerConfig({});
      const wrong = await login(env, 'wrong');
      expect([wrong.code, wrong.stdout]).toEqual([4, '']);
      expect(JSON.parse(await readFile(file, 'utf8')).auths).toEqual({});
      const right = await login(env, USER.password, '--json');
      expect([right.code, JSON.parse(right.stdout)]).toEqual([
        0,
        { registry: registry.host, username: 'ann', stored: file, verified: true },
      ]);
      const cwd = await tempDir();
      await writeFiles(cwd, { 'a.txt': Buffer.from('a') });
      const { reference } = await push(`${registry.host}/app:v1`, ['a.txt'], { cwd, env });
      expect((await remora(['resolve', reference], { env })).code).toBe(0);
      expect((await remora(['logout', registry.host], { env })).code).toBe(0);
      expect((await remora(['resolve', reference], { env })).code).toBe(4);
    });

    for (const tool of ['oras', 'crane', 'regctl', 'skopeo'] satisfies PeerName[]) {
      describeWithPeers(`and ${tool}`, [tool], () => {
        it('uses the login of remora', async () => {
          const docker = await withDockerConfig({});
          const env = forTool(tool, docker);
          await login(env, USER.password);
          const cwd = await tempDir();
          await writeFiles(cwd, { 'a.txt': Buffer.from(tool) });
          const { digest } = await push(`${registry.host}/app:${tool}`, ['a.txt'], { cwd, env });
          const words = READ[tool]?.(registry.host, digest) ?? [];
          const used = await run(tool, words, { env });
          expect([used.code, used.stderr]).toEqual([0, expect.any(String)]);
          await remora(['logout', registry.host], { env });
          expect((await run(tool, words, { env })).code).not.toBe(0);
        });
      });
    }

    describeWithPeers('and the login of oras', ['oras'], () => {
      it('is used by remora', async () => {
        const { env } = await withDockerConfig({});
        const words = ['login', '--plain-http', registry.host, '-u', USER.name, '--password-stdin'];
        expect((await run('oras', words, { env, input: USER.password })).code).toBe(0);
        const cwd = await tempDir();
        await writeFiles(cwd, { 'a.txt': Buffer.from('from oras') });
        const { reference } = await push(`${registry.host}/app:v2`, ['a.txt'], { cwd, env });
        expect(reference).toContain(registry.host);
        const list = JSON.parse((await remora(['login', '--list', '--json'], { env })).stdout);
        expect(list.credentials).toMatchObject([{ registry: registry.host, username: 'ann', kind: 'password' }]);
      });
    });
  });
}

/** skopeo and Podman share the file of this variable. */
function forTool(tool: string, { env, home }: DockerConfig): DockerConfig['env'] {
  return tool === 'skopeo' ? { ...env, REGISTRY_AUTH_FILE: join(home, 'auth.json') } : env;
}
