import { mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientOf } from '../../src/serve/client-of.js';
import { Guesses } from '../../src/serve/users/guesses.js';
import { readHtpasswd } from '../../src/serve/users/passwords.js';
import { tempDir } from '../support/temp.js';
import { expectError, Served } from './support/start.js';

const entry = (name: string, password: string, cost = 4) => `${name}:${hashSync(password, cost)}\n`;

/** Users of a file; wrong passwords are answered without a delay. */
async function begin(text: string, firstDelay = 0) {
  const path = join(await tempDir(), 'users');
  await writeFile(path, text);
  const warnings: string[] = [];
  const passwords = await readHtpasswd(path, { firstDelay, onWarning: (line) => warnings.push(line) });
  onTestFinished(() => passwords[Symbol.asyncDispose]());
  const check = (name: string, password: string, client = 'here') => passwords.check(name, password, client);
  return { path, warnings, check };
}

describe('the file of users is refused at the start', () => {
  it.each([
    ['13', /line 1: the bcrypt cost of "eve" is 13, wanted 12 at most/],
    ['20', /is 20, wanted 12 at most/],
    ['31', /is 31, wanted 12 at most/],
    ['03', /line 1 is not a user with a bcrypt hash/],
    ['00', /line 1 is not a user/],
    ['99', /is 99, wanted 12 at most/],
  ])('with a cost of %s', async (cost, message) => {
    const path = join(await tempDir(), 'users');
    await writeFile(path, `eve:$2y$${cost}$${'a'.repeat(53)}\n${entry('ann', 'a')}`);
    await expect(readHtpasswd(path)).rejects.toMatchObject({
      code: 'MALFORMED',
      message: expect.stringMatching(message),
    });
  });

  it.each(['eve:$apr1$abc$def', 'eve:plain', 'eve:$6$abc$def', ':$2b$04$x', 'eve'])('with %s', async (line) => {
    const path = join(await tempDir(), 'users');
    await writeFile(path, `${entry('ann', 'a')}${line}\n`);
    await expect(readHtpasswd(path)).rejects.toMatchObject({
      message: expect.stringContaining('line 2 is not a user'),
    });
  });
});

describe('the file of users is read again', () => {
  it('when somebody is taken out, comes in, or has another password', async () => {
    const ann = entry('ann', 'a');
    const { path, check, warnings } = await begin(ann + entry('bob', 'b') + entry('eve', 'e'));
    for (const name of ['ann', 'bob', 'eve']) expect(await check(name, name.slice(0, 1))).toBe(true);
    await writeFile(path, ann + entry('bob', 'c') + entry('joe', 'j'));
    expect(await check('eve', 'e')).toBe(false);
    expect(await check('bob', 'b')).toBe(false);
    expect(await check('bob', 'c')).toBe(true);
    expect(await check('joe', 'j')).toBe(true);
    expect(await check('ann', 'a')).toBe(true);
    // The same file again: who was taken out has to be compared again, and is let in.
    await writeFile(path, entry('eve', 'e'));
    expect([await check('ann', 'a'), await check('eve', 'e')]).toEqual([false, true]);
    expect(warnings).toEqual([]);
  });

  it('when another takes its place, of the same size', async () => {
    const { path, check } = await begin(entry('ann', 'a'));
    expect(await check('ann', 'a')).toBe(true);
    await writeFile(`${path}.new`, entry('ann', 'b'));
    await rename(`${path}.new`, path);
    expect([await check('ann', 'a'), await check('ann', 'b')]).toEqual([false, true]);
  });

  it('when it was emptied', async () => {
    const { path, check } = await begin(entry('ann', 'a'));
    expect(await check('ann', 'a')).toBe(true);
    await truncate(path);
    expect(await check('ann', 'a')).toBe(false);
  });

  it.each([
    ['was removed', (path: string) => rm(path), /every login is refused/],
    ['is a directory now', (path: string) => rm(path).then(() => mkdir(path)), /not a file any more; every login/],
    [
      'is a link to itself',
      async (path: string) => {
        await rm(path);
        await symlink(path, path);
      },
      /every login is refused/,
    ],
  ])('and admits nobody when it %s, until it is back', async (_what, spoil, warning) => {
    const { path, check, warnings } = await begin(entry('ann', 'a'));
    expect(await check('ann', 'a')).toBe(true);
    await spoil(path);
    for (let count = 0; count < 3; count++) expect(await check('ann', 'a')).toBe(false);
    expect(warnings).toEqual([expect.stringMatching(warning)]);
    await rm(path, { recursive: true, force: true });
    await writeFile(path, entry('ann', 'a'));
    expect(await check('ann', 'a')).toBe(true);
    expect(warnings.length).toBe(1);
  });

  it('and each wrong line admits nobody, beside lines that do', async () => {
    const costly = `eve:$2y$13$${hashSync('e', 4).slice(7)}\n`;
    const { path, check, warnings } = await begin(entry('ann', 'a') + entry('bob', 'b') + entry('eve', 'e'));
    expect(await check('bob', 'b')).toBe(true);
    await writeFile(path, `${entry('ann', 'a')}bob:{SHA}x\n${costly}`);
    expect([await check('ann', 'a'), await check('bob', 'b'), await check('eve', 'e')]).toEqual([true, false, false]);
    expect(warnings).toEqual([
      expect.stringMatching(/line 2 is not a user with a bcrypt hash; the line admits nobody/),
      expect.stringMatching(/line 3: the bcrypt cost of "eve" is 13/),
    ]);
  });
});

describe('a password', () => {
  it.each([
    ['of 72 bytes', 'p'.repeat(72), true],
    ['of 24 characters with 3 bytes each', '€'.repeat(24), true],
    ['of 73 bytes', 'p'.repeat(73), false],
    ['of 25 characters with 75 bytes', '€'.repeat(25), false],
    ['of 20,000 bytes', 'p'.repeat(20_000), false],
  ])('%s', async (_what, password, isTaken) => {
    const { check } = await begin(entry('ann', password));
    const admission = await check('ann', password);
    if (isTaken) expect(admission).toBe(true);
    else expect(admission).toMatchObject({ why: expect.stringContaining('72 bytes') });
    // bcrypt looks at no byte behind them.
    expect(await check('ann', `${password}TAIL`)).not.toBe(true);
    if (!isTaken) expect(await check('ann', Buffer.from(password).subarray(0, 72).toString())).not.toBe(false);
  });

  it.each(['abc\0', 'abc\0abc', '\0', 'abc\0abc\0abc'])('with a NUL is another one: %j', async (password) => {
    const { check } = await begin(entry('ann', 'abc') + entry('bob', ''));
    expect([await check('ann', password), await check('bob', password)]).toEqual([false, false]);
    expect(await check('ann', 'abc')).toBe(true);
  });

  it('that is not text equals no other', async () => {
    const wrong = Buffer.from([0x61, 0xff]).toString();
    const { check } = await begin(entry('ann', wrong));
    expect(await check('ann', wrong)).toBe(false);
  });
});

describe('guesses', () => {
  it('of one client have few places, and leave places to others', async () => {
    const { check } = await begin(entry('ann', 'a', 8));
    const guesses = Array.from({ length: 60 }, (_, count) => check(count % 2 ? 'ann' : 'eve', `wrong ${count}`));
    const other = check('ann', 'a', 'there');
    const answers = await Promise.all(guesses);
    expect(answers.filter((answer) => answer === false).length).toBe(4);
    expect(answers.filter((answer) => typeof answer === 'object' && answer.retryAfter === 1).length).toBe(56);
    expect(await other).toBe(true);
  });

  it('of many clients have few places', async () => {
    const { check } = await begin(entry('ann', 'a', 8));
    const guesses = Array.from({ length: 60 }, (_, count) => check('eve', 'wrong', `client ${count}`));
    const answers = await Promise.all(guesses);
    expect(answers.filter((answer) => answer === false).length).toBe(16);
    expect(answers.filter((answer) => typeof answer === 'object' && answer.retryAfter === 1).length).toBe(44);
  });

  it('stop neither the process nor a user who is logged in', async () => {
    const { check } = await begin(entry('ann', 'a', 10));
    expect(await check('ann', 'a')).toBe(true);
    let ended = 0;
    const guesses = Array.from({ length: 16 }, (_, count) =>
      check('ann', `wrong ${count}`, `client ${count % 4}`).then(() => ended++),
    );
    let answered = 0;
    for (; ended < 8; answered++) {
      expect(await check('ann', 'a', 'client 0')).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(guesses);
    expect(answered).toBeGreaterThan(100);
  });

  it('with one password, sent at a time, are one comparison', async () => {
    const { check } = await begin(entry('ann', 'a', 6));
    const answers = await Promise.all(Array.from({ length: 50 }, () => check('ann', 'a')));
    expect(new Set(answers)).toEqual(new Set([true]));
  });

  it('cost the same for a name that the file lacks', async () => {
    const { check } = await begin(entry('ann', 'a', 9));
    const sums = { ann: 0, eve: 0, long: 0 };
    for (let count = 0; count < 8; count++) {
      for (const [name, user, password] of [
        ['ann', 'ann', `wrong ${count}`],
        ['eve', `eve ${count}`, 'wrong'],
        ['long', 'ann', `${'p'.repeat(80)}${count}`],
      ] as const) {
        const began = performance.now();
        await check(user, password);
        sums[name] += performance.now() - began;
      }
    }
    for (const ratio of [sums.eve / sums.ann, sums.long / sums.ann]) {
      expect(ratio).toBeGreaterThan(0.4);
      expect(ratio).toBeLessThan(2.5);
    }
  });

  it('wait longer and longer, until one is right; other clients do not', () => {
    const guesses = new Guesses();
    const wrong = (client: string) => {
      const guess = guesses.begin(client);
      const delay = guess?.failed();
      guess?.end();
      return delay;
    };
    expect(Array.from({ length: 9 }, () => wrong('a'))).toEqual([0, 0, 0, 100, 200, 400, 800, 1000, 1000]);
    expect(wrong('b')).toBe(0);
    const right = guesses.begin('a');
    right?.succeeded();
    right?.end();
    expect(wrong('a')).toBe(0);
    expect(guesses.size).toBe(2);
  });

  it('of any number of clients take a bounded memory', () => {
    const guesses = new Guesses();
    for (let count = 0; count < 25_000; count++) {
      const guess = guesses.begin(`client ${count}`);
      guess?.failed();
      guess?.end();
    }
    expect(guesses.size).toBe(10_000);
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
  ['2001:db8:1:2::ffff', '2001:db8:1:2::'],
  ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::'],
  ['2001:db8::1', '2001:db8:0:0::'],
  ['::1', '0:0:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  [undefined, ''],
])('takes %s for the client %s', (address, client) => {
  expect(clientOf(address)).toBe(client);
});

describe('a server with users', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

  it('says why, and when to try again', async () => {
    const { check } = await begin(entry('ann', 'a', 8));
    const served = await Served.start({ authenticate: check });
    expectError(await served.send('GET', '/v2/', { headers: basic('ann:b') }), 401, 'UNAUTHORIZED');
    const long = await served.send('GET', '/v2/', { headers: basic(`ann:${'a'.repeat(73)}`) });
    expectError(long, 401, 'UNAUTHORIZED');
    expect(long.body.toString()).toContain('72 bytes');
    const many = Array.from({ length: 40 }, (_, count) =>
      served.send('GET', '/v2/', { headers: basic(`ann:wrong ${count}`) }),
    );
    const busy = (await Promise.all(many)).filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThan(0);
    for (const answer of busy) {
      expectError(answer, 429, 'TOOMANYREQUESTS');
      expect(answer.headers['retry-after']).toBe('1');
    }
  });

  it('keeps the places of uploads for those who are let in', async () => {
    const answers: ((isIn: boolean) => void)[] = [];
    const served = await Served.start({
      limits: { uploads: 2 },
      authenticate: async (name) => name === 'ann' || new Promise((resolve) => answers.push(resolve)),
    });
    const strangers = Array.from({ length: 10 }, () =>
      served.send('PUT', '/v2/a/manifests/x', { headers: basic('eve:x'), body: '{}' }),
    );
    await expect.poll(() => answers.length).toBe(10);
    const begun = await served.send('POST', '/v2/a/blobs/uploads/', { headers: basic('ann:x') });
    expect(begun.status).toBe(202);
    for (const answer of answers) answer(false);
    for (const { status } of await Promise.all(strangers)) expect(status).toBe(401);
  });
});
