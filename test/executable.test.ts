import { once } from 'node:events';
import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { run } from './support/peers.js';
import { PROGRAM, startRemora } from './support/remora.js';
import { tempDir } from './support/temp.js';

const [file] = PROGRAM;
const SBOM = '{"spdxVersion":"SPDX-2.3","SPDXID":"SPDXRef-DOCUMENT","creationInfo":{}}\n';

/** Files that an engine may look for where it runs. */
const HOSTILE = {
  '.env': 'DOCKER_CONFIG=/nonexistent\nREMORA_KEY_PASSWORD=told\nBUN_OPTIONS=--preload=./evil.js\n',
  'bunfig.toml': 'preload = ["./evil.js"]\n[run]\npreload = ["./evil.js"]\n',
  'package.json': '{"name":"evil","version":"9.9.9","type":"module","main":"./evil.js"}',
  'oclif.manifest.json': '{"version":"9.9.9","commands":{}}',
  'tsconfig.json': '{"compilerOptions":{"paths":{"*":["./evil.js"]}}}',
  'evil.js': "require('node:fs').writeFileSync('evil.txt', 'ran');",
};

describe.skipIf(!process.env.REMORA_PROGRAM)('the executable', () => {
  it('works alone, with nothing in its environment, and reads none of the files beside it', async () => {
    const cwd = await tempDir();
    const own = join(cwd, process.platform === 'win32' ? 'alone.exe' : 'alone');
    await copyFile(file, own);
    for (const [name, text] of Object.entries(HOSTILE)) await writeFile(join(cwd, name), text);
    await writeFile(join(cwd, 'sbom.spdx.json'), SBOM);
    const empty = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    const alone = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(own, args, { cwd, env: { ...empty, HOME: cwd } });
      expect([code, stderr]).toEqual([0, '']);
      return stdout;
    };
    const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await alone('--version')).toMatch(new RegExp(`^remora/${version} \\S+ bun-v\\d+\\.\\d+\\.\\d+\n$`));
    expect(await alone('--help')).toContain('discover');
    await alone('push', 'oci:./layout:v1', 'sbom.spdx.json');
    await alone('attach', 'oci:./layout:v1', 'sbom.spdx.json');
    expect(await alone('discover', 'oci:./layout:v1')).toMatch(/sbom .*spdx/);
    expect(await readdir(cwd)).toEqual(['alone', 'layout', 'sbom.spdx.json', ...Object.keys(HOSTILE)].sort());
  });

  it.skipIf(process.platform !== 'linux')(
    'serves with little memory what comes faster than it is written',
    async () => {
      const cwd = await tempDir();
      const { child } = startRemora(['serve', '--port', '0', '--quiet', '.'], { cwd });
      onTestFinished(() => void child.kill());
      const [url] = await once(child.stdout ?? child, 'data');
      const size = 300_000_000;
      const chunk = Buffer.alloc(1_000_000);
      const wrong = `sha256:${'0'.repeat(64)}`;
      const answer = await fetch(`${String(url).trim()}/v2/a/blobs/uploads/?digest=${wrong}`, {
        method: 'POST',
        headers: { 'content-length': String(size) },
        body: ReadableStream.from(Array.from({ length: size / chunk.length }, () => chunk)),
        duplex: 'half',
      });
      expect(answer.status).toBe(400);
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
      expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1])).toBeLessThan(200_000);
    },
  );

  it.each([10, 20_000, 200_000])('answers or closes behind a request that was refused with %i bytes', async (size) => {
    const { child } = startRemora(['serve', '--port', '0', '--quiet', '.'], { cwd: await tempDir() });
    onTestFinished(() => void child.kill());
    const [url] = await once(child.stdout ?? child, 'data');
    const { hostname, port } = new URL(String(url).trim());
    const socket = connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    const post = (host: string, body: string) =>
      `POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    socket.write(post('elsewhere.example', 'a'.repeat(size)));
    let answers = String(await once(socket, 'data'));
    expect(answers).toMatch(/^HTTP\/1\.1 421 /);
    const closes = /\r\nConnection: close\r\n/i.test(answers);
    socket.on('data', (chunk) => {
      answers += chunk;
    });
    if (closes) {
      await once(socket, 'close');
      return;
    }
    socket.write(post(`${hostname}:${port}`, ''));
    await vi.waitFor(() => expect(answers).toContain('HTTP/1.1 202 '), 5000);
  });

  it('says a fault without the code around it', async () => {
    const { code, stderr } = await run(file, ['discover', 'oci:./nowhere:v1'], { cwd: await tempDir() });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^remora: error: .*nowhere[^\n]*\n( {2}.*\n)*$/)]);
  });
});
