import { createServer, request as send } from 'node:http';
import { connect } from 'node:net';
import type { Listener } from './loopback.js';

export interface HttpProxyOptions {
  /** Name to password, asked for with 407. @default anybody may use it */
  readonly users?: Readonly<Record<string, string>>;
  /** Where names lead that do not exist: `registry.example:443` to `127.0.0.1:PORT`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export interface HttpProxy extends Listener {
  /** What it was asked for: `CONNECT host:port`, or method and whole address. */
  readonly asked: readonly string[];
}

/** A proxy as companies have them: plain requests with a whole address, and tunnels by CONNECT. */
export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const asked: string[] = [];
  const lead = (host: string) => options.hosts?.[host] ?? host;
  const knows = (header: string | undefined) => {
    if (options.users === undefined) return true;
    const [name = '', password] = Buffer.from(header?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    return Object.hasOwn(options.users, name) && options.users[name] === password;
  };
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    if (!knows(incoming.headers['proxy-authorization'])) {
      outgoing.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end();
      return;
    }
    const url = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _, 'proxy-connection': __, ...headers } = incoming.headers;
    const upstream = send(
      `http://${lead(url.port === '' ? `${url.host}:80` : url.host)}${url.pathname}${url.search}`,
      { method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(upstream);
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.on('error', () => {});
    if (!knows(incoming.headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = lead(incoming.url ?? '').split(/:(?=\d+$)/);
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    socket.once('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    asked,
    host,
    url: `http://${host}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
