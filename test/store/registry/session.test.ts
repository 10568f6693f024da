import { expect, it, onTestFinished } from 'vitest';
import {
  attach,
  check,
  copy,
  detach,
  discover,
  inspect,
  openSession,
  pull,
  push,
  read,
  resolve,
  type Session,
  tag,
} from '../../../src/index.js';
import { openStore, parsePlace } from '../../../src/store/index.js';
import { startCountingLine } from '../../support/counting-line.js';
import { startRegistry } from '../../support/registry.js';
import { tempDir } from '../../support/temp.js';
import { startTokenServer } from '../../support/token-server.js';

const credentials = async () => ({ username: 'ann', password: 'secret' });
const note = [{ name: 'note.txt', content: 'hello' }];

/** A registry that asks for tokens, with the connections to it and to its token server counted. */
async function begin() {
  const tokens = await startTokenServer({ users: { ann: 'secret' } });
  const tokenLine = await startCountingLine(tokens.host);
  const realm = `http://${tokenLine.host}/token`;
  const registry = await startRegistry({ auth: { type: 'bearer', realm, service: 'registry', verify: tokens.verify } });
  const line = await startCountingLine(registry.host);
  onTestFinished(async () => {
    await Promise.all([registry.close(), tokens.close(), line.close(), tokenLine.close()]);
  });
  const image = `${line.host}/app:v1`;
  const open = () => line.open() + tokenLine.open();
  return { tokens, registry, line, tokenLine, image, open };
}

/** Calls every verb that asks a registry. */
async function useAll(image: string, session?: Session): Promise<void> {
  const options = { session, credentials };
  await push(image, note, options);
  const { digest } = await attach(image, note, { ...options, artifactType: 'text/vnd.note' });
  const found = await discover(image, options);
  expect([...found].map((attachment) => attachment.digest)).toEqual([digest]);
  expect((await read(image, { artifactType: 'text/vnd.note' }, options)).toString()).toBe('hello');
  await pull(image, { ...options, output: await tempDir() });
  await Promise.all([resolve(image, options), inspect(image, options), check(image, options)]);
  await tag(image, ['v2'], options);
  await copy(image, image.replace('app', 'other'), { ...options, recursive: true });
  await detach(image, { ...options, selection: { digest }, recursive: true });
}

it('shares connections and tokens between verbs, and leaves none open when it is closed', async () => {
  const { tokens, registry, line, tokenLine, image, open } = await begin();
  await useAll(image);
  const apart = line.connections();
  const requests = registry.requests.length;
  await expect.poll(open).toBe(0);
  registry.clear();
  tokenLine.connections();

  const session = openSession();
  await useAll(image, session);
  await useAll(image, session);
  expect(registry.requests.length).toBeLessThanOrEqual(2 * requests);
  // As many as ran at a time, for twice the calls.
  expect(line.connections()).toBeLessThanOrEqual(apart / 2);
  // The tokens of this process: one to write, two to copy, one to delete.
  expect(tokens.questions.map(({ scopes }) => scopes)).toEqual([
    ['repository:app:pull,push'],
    ['repository:other:pull,push'],
    ['repository:other:pull,push', 'repository:app:pull'],
    ['repository:app:pull,push,delete'],
  ]);
  expect(tokenLine.connections()).toBe(0);
  expect(open()).toBeGreaterThan(0);
  await session.close();
  await expect.poll(open).toBe(0);
});

it('stays open after verbs that fail and stores that are closed', async () => {
  const { line, image } = await begin();
  await using session = openSession();
  await push(image, note, { session, credentials });
  line.connections();
  await expect(resolve(`${line.host}/app:none`, { session, credentials })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await (await openStore(parsePlace(image), { session, credentials })).close();
  expect((await resolve(image, { session, credentials })).digest).toMatch(/^sha256:/);
  // A request with HEAD may end its connection.
  expect(line.connections()).toBeLessThanOrEqual(2);
});

it('refuses calls after it was closed', async () => {
  const { image, registry } = await begin();
  const session = openSession();
  await session.close();
  await session.close();
  await expect(resolve(image, { session, credentials })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(registry.requests).toEqual([]);
});
