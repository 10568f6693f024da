import { chmod, symlink, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkInputs, type FileInput } from '../../../src/operations/pack/inputs.js';
import { pack } from '../../../src/operations/pack/pack.js';
import { system } from '../../io/tar/support/archives.js';
import { inDirectory } from '../support/places.js';

const titleOf = async (input: FileInput) => (await checkInputs([input]))[0]?.title;

describe('the title of a file', () => {
  it.each([
    ['a.txt', 'a.txt'],
    ['./a.txt', 'a.txt'],
    ['sub//./a.txt', 'sub/a.txt'],
    ['sub/../a.txt', 'a.txt'],
    ['../work/sub/a.txt', 'a.txt'],
    ['../outside.txt', 'outside.txt'],
    ['sub', 'sub'],
    ['./sub/', 'sub'],
    ['.', 'work'],
    ['..', 'work'],
    ['sub/..', 'work'],
  ])('%s is %s', async (path, title) => {
    const directory = await inDirectory({ 'work/a.txt': '', 'work/sub/a.txt': '', 'outside.txt': '' });
    process.chdir(join(directory, 'work'));
    expect(await titleOf({ path })).toBe(title);
  });

  it('is the last part of an absolute path, also of one into the current directory', async () => {
    const directory = await inDirectory({ 'sub/a.txt': '' });
    expect(await titleOf({ path: join(directory, 'sub/a.txt') })).toBe('a.txt');
    expect(await titleOf({ path: join(directory, 'sub/') })).toBe('sub');
  });

  it('is what is given, cleaned; among the annotations too', async () => {
    await inDirectory({ 'a.txt': '' });
    expect(await titleOf({ path: 'a.txt', name: './b//c.txt' })).toBe('b/c.txt');
    const renamed = { path: 'a.txt', name: 'b', annotations: { 'org.opencontainers.image.title': 'c.json', k: 'v' } };
    expect(await checkInputs([renamed])).toMatchObject([
      { title: 'c.json', mediaType: 'application/json', annotations: { k: 'v' } },
    ]);
  });

  it.each(['../a', '/etc/passwd', 'a/../../b', '..', 'a\0b', 'a\nb', 'C:\\a', 'a\\b', '', '.', 'x'.repeat(300)])(
    'is not %j, which nobody could unpack',
    async (name) => {
      const hostile = { content: '', name };
      await expect(pack([hostile])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: name });
      const annotated = { content: '', name: 'a', annotations: { 'org.opencontainers.image.title': name } };
      await expect(pack([annotated])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: name });
    },
  );

  it('is not that of another file, whatever way both are written', async () => {
    const directory = await inDirectory({ 'a.txt': '1', 'sub/a.txt': '2' });
    const title = { 'org.opencontainers.image.title': 'a.txt' };
    const pairs: FileInput[][] = [
      [{ path: 'a.txt' }, { path: './a.txt' }],
      [{ path: 'a.txt' }, { path: join(directory, 'sub/a.txt') }],
      [{ path: 'a.txt' }, { content: 'x', name: 'a.txt' }],
      [{ path: 'a.txt' }, { path: 'sub/a.txt', annotations: title }],
    ];
    for (const pair of pairs)
      await expect(pack(pair)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', found: 'a.txt' });
    expect((await pack([{ path: 'a.txt' }, { path: 'sub/a.txt' }])).layers).toHaveLength(2);
  });
});

describe('an input', () => {
  it('must be there, and a file or directory', async () => {
    const directory = await inDirectory();
    const server = createServer().listen('socket');
    onTestFinished(() => void server.close());
    await system('mkfifo', join(directory, 'pipe'));
    await symlink('nowhere', 'dangling');
    await expect(pack([{ path: 'none' }])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^none does not exist/),
    });
    await expect(pack([{ path: 'dangling' }])).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^dangling /),
    });
    await expect(pack([{ path: 'socket' }])).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/^socket is a socket/),
    });
    await expect(pack([{ path: 'pipe' }])).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/^pipe is a pipe/),
    });
    await expect(pack([{ path: '/dev/null' }])).rejects.toMatchObject({
      code: 'IO',
      message: expect.stringMatching(/is a device/),
    });
  });

  it('may be a symlink to a file', async () => {
    await inDirectory({ 'a.txt': 'hello' });
    await symlink('a.txt', 'link.txt');
    expect((await pack([{ path: 'link.txt' }])).layers).toMatchObject([{ size: 5 }]);
  });

  it('that is a stream is opened once, and not at all when another input is wrong', async () => {
    let opened = 0;
    const content = () => {
      opened += 1;
      return Readable.from(['he', 'llo']);
    };
    await expect(pack([{ content, name: 'a' }, { path: 'none' }])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(opened).toBe(0);
    const { layers } = await pack([{ content, name: 'a.txt' }]);
    expect(opened).toBe(1);
    expect(layers).toEqual((await pack([{ content: Buffer.from('hello'), name: 'a.txt' }])).layers);
  });

  it('that is a directory is one layer with the digest of its tar, the way of ORAS', async () => {
    await inDirectory({ 'site/index.html': '<p>', 'site/img/a.svg': '<svg/>', 'site/empty/': '' });
    await symlink('index.html', 'site/start.html');
    const { layers } = await pack([{ path: './site' }]);
    expect(layers).toEqual([
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: 'sha256:51492108b0fe4e5cfbec55432acaa20c55f9a42511008e99b0382241fec4e0c5',
        size: expect.any(Number),
        annotations: {
          'org.opencontainers.image.title': 'site',
          'io.deis.oras.content.digest': 'sha256:d7d9cfe64b4ba5b93f72165ae1dc22682d17772d6d3259b578ffc7440d5158f2',
          'io.deis.oras.content.unpack': 'true',
        },
      },
    ]);
    await chmod('site/index.html', 0o600);
    await utimes('site', 1, 1);
    expect((await pack([{ path: 'site' }])).layers).toEqual(layers);
    expect((await pack([{ path: 'site', name: 'other' }])).layers[0]?.digest).not.toBe(layers[0]?.digest);
  });
});
