import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the line does to connections. Bytes are counted per connection, both directions together. */
export interface LineOptions {
  /** A connection is reset after so many bytes. @default never */
  readonly cutEvery?: number;
  /** A connection passes on nothing more after so many bytes, and stays open. @default never */
  readonly stallAfter?: number;
  /** Bytes per second of each connection. @default as fast as it goes */
  readonly speed?: number;
  /** How many connections are disturbed, the first ones. @default all */
  readonly times?: number;
}

/** A bad line before a server. */
export interface Line {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Bytes from the client to the server, and back. */
  readonly moved: { up: number; down: number };
  /** Connections that were cut or stalled. */
  disturbed: number;
  close(): Promise<void>;
}

/**
 * Forwards TCP to `target` (`host:port`) and makes trouble. It knows no HTTP: what is cut is the connection, in the
 * middle of whatever it carries, and TLS passes as it is.
 */
export async function startLine(target: string, options: LineOptions = {}): Promise<Line> {
  const [host = '', port = ''] = target.split(/:(?=\d+$)/);
  const sockets = new Set<Socket>();
  const line: Line = {
    host: '',
    moved: { up: 0, down: 0 },
    disturbed: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        sockets.delete(socket);
        // What was passed on arrives, as it does on a real line.
        client.destroySoon();
        upstream.destroySoon();
      });
    }
    let bytes = 0;
    let isCounted = false;
    const carry = async (from: Socket, to: Socket, direction: 'up' | 'down') => {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        const disturbs = isCounted || line.disturbed < (options.times ?? Number.POSITIVE_INFINITY);
        const room = disturbs
          ? Math.min(options.cutEvery ?? Infinity, options.stallAfter ?? Infinity) - bytes
          : Infinity;
        const part: Buffer = chunk.subarray(0, Math.max(0, room));
        bytes += part.length;
        line.moved[direction] += part.length;
        if (!to.destroyed) await new Promise<void>((resolve) => to.write(part, () => resolve()));
        if (options.speed !== undefined) await sleep((part.length / options.speed) * 1000);
        if (part.length < chunk.length || room === part.length) {
          if (!isCounted) line.disturbed++;
          isCounted = true;
          if (options.cutEvery === undefined) return;
          client.resetAndDestroy();
          return;
        }
      }
      to.end();
    };
    carry(client, upstream, 'up').catch(() => {});
    carry(upstream, client, 'down').catch(() => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // listen() on a port gives an AddressInfo; a string would be a pipe.
  const { port: own } = server.address() as AddressInfo;
  return Object.assign(line, { host: `127.0.0.1:${own}` });
}
