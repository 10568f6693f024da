import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { send } from '../browse/support/browse-start.js';
import { placed } from '../browse/support/places.js';
import { end } from '../serve/support/command-start.js';
import { remora } from '../support/remora.js';
import { tempDir } from '../support/temp.js';
import { start } from './support/start.js';

/** Starts the command and gives its first line. */
async function begin(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const started = start(['browse', ...words], { env: { DISPLAY: '', WAYLAND_DISPLAY: '', CI: '', ...env } });
  const [first] = await once(createInterface(started.child.stdout), 'line');
  return { started, first: String(first) };
}

describe('remora browse', () => {
  it('prints the address first, lets in its holder, and ends by a signal with 0', async () => {
    const { image } = await placed('layout');
    const { started, first } = await begin(['--no-open', image]);
    expect(first).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    const url = new URL(first);
    const entered = await send(Number(url.port), `/${url.search}`);
    expect(entered.status).toBe(303);
    expect((await send(Number(url.port), '/')).status).toBe(403);
    const { code, stdout, lines } = await end(started, 'SIGINT');
    expect([code, stdout, lines]).toEqual([0, `${first}\n`, []]);
  });

  it('prints one object with --json, and opens nothing then', async () => {
    const opener = await fakeOpener();
    const { started, first } = await begin(['--json', 'ghcr.io'], opener.env);
    expect(JSON.parse(first)).toEqual({ url: expect.stringContaining('http://127.0.0.1:'), place: 'ghcr.io' });
    const { code, stdout } = await end(started);
    expect([code, stdout]).toEqual([0, `${first}\n`]);
    await expect(readFile(opener.told, 'utf8')).rejects.toThrow();
  });

  it('opens the browser with an address for one use', async () => {
    const opener = await fakeOpener();
    const { started, first } = await begin([], opener.env);
    const opened = await told(opener.told);
    expect(opened).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}$/);
    expect(opened).not.toBe(first);
    const { port, search } = new URL(opened);
    expect((await send(Number(port), `/${search}`)).status).toBe(303);
    expect((await send(Number(port), `/${search}`)).status).toBe(403);
    expect((await end(started)).code).toBe(0);
  });

  it('goes on where no browser can be opened, and says why', async () => {
    const { started } = await begin([]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { code, lines } = await end(started);
    expect([code, lines.join('\n')]).toEqual([0, expect.stringContaining('open the address yourself')]);
  });

  it('takes a port, and says where another program has it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await remora(['browse', '--no-open', '--port', String(port)]);
    expect([code, stderr]).toEqual([7, expect.stringContaining('is taken by another program')]);
  });

  it.each([
    [['sha256:aa'], 'is a digest without a repository'],
    [['--port', '70000'], '--port'],
    [['--username', 'ann', '--password-stdin', 'oci:./layout'], 'credentials and headers are given for no registry'],
    [['--header', 'X-A: b'], 'credentials and headers are given for no registry'],
    [['a', 'b'], 'b'],
  ])('refuses %j', async (words, message) => {
    const { code, stdout, stderr } = await remora(['browse', '--no-open', ...words], { input: 'secret-word' });
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
    expect(stderr).not.toContain('secret-word');
  });
});

describe('remora serve --pages', () => {
  it('shows pages at / of its address, and none without the flag', async () => {
    const { place } = await placed('layout');
    for (const [words, status] of [
      [['--pages'], 303],
      [[], 404],
    ] as const) {
      const started = start(['serve', '--port', '0', '--quiet', ...words, place.replace('oci:', '')], {});
      const [first] = await once(createInterface(started.child.stdout), 'line');
      expect((await send(Number(new URL(String(first)).port), '/')).status).toBe(status);
      expect((await end(started)).code).toBe(0);
    }
  });
});

/** A program in the place of the user's opener that writes down what it is told. */
async function fakeOpener() {
  const directory = await tempDir();
  const told = join(directory, 'told');
  for (const name of ['xdg-open', 'open']) {
    await writeFile(
      join(directory, name),
      `#!/bin/sh\nprintf %s "$1" > '${told}.part' && mv '${told}.part' '${told}'\n`,
    );
    await chmod(join(directory, name), 0o755);
  }
  return {
    told,
    env: { DISPLAY: ':99', PATH: `${directory}${delimiter}${process.env.PATH}`, SSH_CONNECTION: '', SSH_TTY: '' },
  };
}

async function told(file: string): Promise<string> {
  for (;;) {
    try {
      return await readFile(file, 'utf8');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
