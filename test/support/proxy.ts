import { Agent, type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { Exchange } from './exchange.js';
import { type Listener, listen, type TrafficOptions } from './loopback.js';
import { createRequestLog, type RequestLog } from './request-log.js';

export interface Proxy extends Listener, RequestLog {}

export type ProxyOptions = TrafficOptions;

/** A proxy that counts and disturbs what goes to a real registry at `host:port` (plain HTTP). */
export async function startProxy(targetHost: string, options: ProxyOptions = {}): Promise<Proxy> {
  const recorder = createRequestLog();
  const agent = new Agent({ keepAlive: true });
  let own = '';
  const listener = await listen(recorder, options, (exchange) => forward(exchange, targetHost, own, agent));
  own = listener.host;
  return {
    ...recorder.log,
    ...listener,
    async close() {
      agent.destroy();
      await listener.close();
    },
  };
}

async function forward(exchange: Exchange, targetHost: string, own: string, agent: Agent): Promise<void> {
  const { method, path, request, response } = exchange;
  const headers = { ...endToEnd(request), host: targetHost };
  const upstream = send(`http://${targetHost}`, { method, path, headers, agent });
  response.once('close', () => upstream.destroy());
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    upstream.once('response', resolve).on('error', reject);
  });
  try {
    // An answer may come before the body has gone out, and is passed on then.
    sendBody(exchange, upstream).catch(() => upstream.destroy());
    const answer = await answered;
    const from = `http://${targetHost}`;
    const rewrite = (text: string) => text.replaceAll(`${from}/`, `http://${own}/`);
    const { location, link, ...rest } = endToEnd(answer);
    await exchange.reply(
      answer.statusCode ?? 502,
      {
        ...rest,
        ...(typeof location === 'string' && { location: rewrite(location) }),
        ...(typeof link === 'string' && { link: rewrite(link) }),
      },
      answer,
    );
    answer.resume();
  } catch {
    // What the target did to the connection is what the client gets.
    request.socket.destroy();
  }
}

async function sendBody(exchange: Exchange, upstream: ClientRequest): Promise<void> {
  for await (const chunk of exchange.body()) {
    await new Promise<void>((resolve) => upstream.write(chunk, () => resolve()));
    if (upstream.destroyed) return;
  }
  upstream.end();
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect', 'proxy-connection']);

/** The headers that are not about the connection; repeated ones stay repeated. */
function endToEnd(message: IncomingMessage): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    if (!hopByHop.has(name)) headers[name] = values.length === 1 ? values[0] : values;
  }
  return headers;
}
