import { expect, it } from 'vitest';
import { digestOf } from '../../src/oci/values/digest.js';
import { begin, expectProper, statuses } from './support/fuzz-start.js';
import { INDEX, MANIFEST } from './support/start.js';

const NONE = digestOf(Buffer.from('nothing has this'));
const empty = `{"mediaType":"x/y","digest":"${NONE}","size":2}`;

it.each([
  ['nothing', ''],
  ['no JSON', 'blablabla'],
  ['null', 'null'],
  ['an array', '[]'],
  ['deep arrays', '['.repeat(49_000)],
  ['deep objects', `${'{"a":'.repeat(16_000)}1${'}'.repeat(16_000)}`],
  ['a huge number', `{"schemaVersion":2,"layers":[],"config":{"mediaType":"x/y","digest":"${NONE}","size":1e999}}`],
  ['a name twice', `{"schemaVersion":2,"schemaVersion":2,"config":${empty},"layers":[]}`],
  ['manifest and index at once', `{"schemaVersion":2,"manifests":[],"config":${empty},"layers":[]}`],
  ['an index that is called a manifest', `{"schemaVersion":2,"mediaType":"${MANIFEST}","manifests":[]}`],
  ['a manifest that is called something else', `{"schemaVersion":2,"mediaType":"x/y","config":${empty},"layers":[]}`],
  ['schema 1', '{"schemaVersion":1,"fsLayers":[],"history":[],"name":"x","tag":"y"}'],
  ['half a character', Buffer.from([0x7b, 0x22, 0xc3, 0x22, 0x7d])],
  ['blobs that are not there', `{"schemaVersion":2,"config":${empty},"layers":[]}`],
  [
    'a digest without end',
    `{"schemaVersion":2,"manifests":[{"mediaType":"${MANIFEST}","digest":"x:${'a'.repeat(999)}","size":1}]}`,
  ],
  ['too much', ' '.repeat(100_001)],
])('refuses a manifest that is %s', async (_, body) => {
  const { served, unharmed } = await begin();
  for (const headers of [{ 'content-type': MANIFEST }, { 'content-type': INDEX }, {}]) {
    const answer = await served.send('PUT', '/v2/a/b/manifests/v2', { headers: { ...headers }, body });
    expectProper(answer, String(body).slice(0, 100));
    expect([400, 413]).toContain(answer.status);
  }
  await unharmed();
});

const PUT = 'PUT /v2/a/b/manifests/v2 HTTP/1.1\r\nHost: localhost\r\n';

it.each([
  ['a length that is too large', `${PUT}Content-Length: 1000\r\n\r\n{}`],
  ['a length that is too small', `${PUT}Content-Length: 1\r\n\r\n{}`],
  ['a length below zero', `${PUT}Content-Length: -1\r\n\r\n{}`],
  ['a length that is no number', `${PUT}Content-Length: abc\r\n\r\n{}`],
  ['a length without end', `${PUT}Content-Length: ${'9'.repeat(40)}\r\n\r\n{}`],
  ['two lengths', `${PUT}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`],
  ['length and chunks', `${PUT}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
  ['half a chunk', `${PUT}Transfer-Encoding: chunked\r\n\r\nff\r\n{}`],
  ['a bad chunk', `${PUT}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}`],
  ['large headers', `${PUT}X: ${'x'.repeat(100_000)}\r\n\r\n`],
  ['no HTTP', 'hello\r\n\r\n'],
  ['NUL in the path', 'GET /v2/\0/tags/list HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['bytes in the path', Buffer.from('GET /v2/\xff\xfe/tags/list HTTP/1.1\r\nHost: localhost\r\n\r\n', 'latin1')],
  ['a star', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['another host', 'GET http://elsewhere/v2/ HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['an upgrade', 'GET /v2/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ['no host', 'GET /v2/ HTTP/1.1\r\n\r\n'],
])('survives %s', async (_, bytes) => {
  const { served, unharmed } = await begin();
  for (const status of statuses(await served.raw(bytes))) expect(status).toBeLessThan(500);
  await unharmed();
});
