import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import bcrypt from 'bcryptjs';
import type { Certificate } from './certificates.js';
import { type PeerRegistry, peer } from './peers.js';

const LISTENS = /listening on 127\.0\.0\.1:(\d+)/;

/** A real distribution that wants one user's name and password, with TLS where it has a certificate; it binds port 0 and says which it got. */
export async function startHtpasswdRegistry(
  name: 'docker-registry' | 'registry3',
  user: string,
  password: string,
  certificate?: Certificate,
): Promise<PeerRegistry> {
  const dir = await mkdtemp(join(tmpdir(), 'remora-htpasswd-'));
  const [htpasswd, config] = [join(dir, 'htpasswd'), join(dir, 'config.yml')];
  const tls = certificate && { certificate: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  if (tls !== undefined) {
    await writeFile(tls.certificate, certificate?.cert ?? '');
    await writeFile(tls.key, certificate?.key ?? '');
  }
  await writeFile(htpasswd, `${user}:${await bcrypt.hash(password, 4)}\n`);
  await writeFile(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'info', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(dir, 'storage') } },
      auth: { htpasswd: { realm: 'test', path: htpasswd } },
      http: { addr: '127.0.0.1:0', ...(tls && { tls }) },
    }),
  );
  const child = spawn(peer(name) ?? name, ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exit = once(child, 'exit');
  for await (const line of createInterface(child.stderr)) {
    const port = LISTENS.exec(line)?.[1];
    if (port === undefined) continue;
    child.stderr.resume();
    return {
      host: `127.0.0.1:${port}`,
      async close() {
        process.off('exit', kill);
        kill();
        await exit;
        await rm(dir, { recursive: true, force: true });
      },
    };
  }
  throw new Error(`${name} ended before it listened`);
}
