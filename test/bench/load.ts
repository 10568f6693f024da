import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** The work that a server did for requests, seen from its clients and from the system. */
export interface Load {
  readonly perSecond: number;
  /** Microseconds of the server's CPU for one request: steadier than the time on a machine that others use. */
  readonly cpuMicros: number;
}

/** A request that is sent again and again. */
export interface LoadOptions {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** The server's process. */
  readonly pid: number;
  /** Paths that are asked for in turn. */
  readonly paths: readonly string[];
  readonly connections: number;
  readonly requests: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A method and the body of each path, where it is not a GET. */
  readonly send?: { readonly method: string; readonly status: number; body(index: number): Buffer };
}

/** Sends requests over connections that stay open, the next one when an answer is complete. It parses heads alone. */
export async function load({
  host,
  pid,
  paths,
  connections,
  requests,
  headers = {},
  send,
}: LoadOptions): Promise<Load> {
  const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `HTTP/1.1 ${send?.status ?? 200} `;
  const request = (index: number) => {
    const path = paths[index % paths.length] ?? '/v2/';
    if (send === undefined) return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
    const body = send.body(index);
    const head = `${send.method} ${path} HTTP/1.1\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  };
  let next = 0;
  const client = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      const ask = () => {
        if (next < requests) socket.write(request(next++));
        else resolve();
      };
      let head = '';
      let left = 0;
      socket.on('data', (chunk: Buffer) => {
        if (left > 0) left -= chunk.length;
        else {
          head += chunk.toString('latin1');
          const end = head.indexOf('\r\n\r\n');
          if (end < 0) return;
          const length = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2))?.[1];
          if (!head.startsWith(status) || length === undefined) return reject(new Error(head.slice(0, 500)));
          left = Number(length) - (head.length - end - 4);
          head = '';
        }
        if (left === 0) ask();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      ask();
    });
  const sockets = await Promise.all(Array.from({ length: connections }, () => connected(host)));
  const cpu = cpuSeconds(pid);
  const started = performance.now();
  await Promise.all(sockets.map(client));
  const seconds = (performance.now() - started) / 1000;
  const used = cpuSeconds(pid) - cpu;
  for (const socket of sockets) socket.removeAllListeners().destroy();
  return { perSecond: requests / seconds, cpuMicros: (used / requests) * 1e6 };
}

function connected(host: string): Promise<Socket> {
  const { hostname, port } = new URL(`http://${host}`);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Ticks of /proc, a hundredth of a second each. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The resident set of a process in MiB. */
export function residentMiB(pid: number): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}
