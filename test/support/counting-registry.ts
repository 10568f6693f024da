import { createServer, type Server } from 'node:http';

/** A registry on the loopback interface that has nothing, and counts connections. */
export async function startCountingRegistry() {
  let connections = 0;
  let open = 0;
  const server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}');
  });
  server.on('connection', (socket) => {
    connections++;
    open++;
    socket.once('close', () => open--);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    connections: () => connections,
    open: () => open,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
