import { connect, createServer } from 'node:net';

/** A line to a server on the loopback interface. */
export interface CountingLine {
  /** `127.0.0.1:PORT`, which leads to the server. */
  readonly host: string;
  /** Connections since the last call. */
  connections(): number;
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** Passes bytes between clients and a server, and counts the connections of clients. */
export async function startCountingLine(host: string): Promise<CountingLine> {
  let connections = 0;
  let open = 0;
  const target = new URL(`http://${host}`);
  const server = createServer((client) => {
    connections++;
    open++;
    const upstream = connect(Number(target.port), target.hostname);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.once('close', () => {
      open--;
      upstream.destroy();
    });
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    connections() {
      const counted = connections;
      connections = 0;
      return counted;
    },
    open: () => open,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
