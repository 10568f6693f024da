import { orUndefined } from '../../../io/async/or-undefined.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import type { ClientRequest, RegistryClient } from './client.js';
import type { HeadKind } from './head-refusals.js';

/**
 * The answer to HEAD, whose status is 200 or 404. It is undefined where HEAD is refused in any way: then the answer to
 * GET counts. HEAD is a short cut, so it is sent once.
 */
export async function askHead(
  client: RegistryClient,
  kind: HeadKind,
  request: Omit<ClientRequest, 'method' | 'retry'>,
): Promise<HttpResponse | undefined> {
  if (client.heads.isRefused(kind)) return undefined;
  const sent = client.send({ ...request, method: 'HEAD', retry: false });
  const response = await orUndefined(sent, 'UNREACHABLE', 'TIMEOUT');
  if (response !== undefined) await discard(response);
  client.heads.count(kind, response?.status);
  return response?.status === 200 || response?.status === 404 ? response : undefined;
}
