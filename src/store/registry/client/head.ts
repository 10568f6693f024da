import { orUndefined } from '../../../io/async/or-undefined.js';
import { discard, type HttpResponse } from '../../../io/http/response.js';
import type { ClientRequest, RegistryClient } from './client.js';
import type { HeadKind } from './head-refusals.js';

/**
 * The answer to HEAD, whose status is 200 or 404. It is undefined where HEAD is refused in any way: then the answer to
 * GET counts. HEAD is a short cut, so it is sent once. Only a registry that limits requests is not asked in another way.
 *
 * @throws RemoraError `BUSY` for 429
 */
export async function askHead(
  client: RegistryClient,
  kind: HeadKind,
  request: Omit<ClientRequest, 'method' | 'retry'>,
): Promise<HttpResponse | undefined> {
  if (client.heads.isRefused(kind)) return undefined;
  const sent = client.send({ ...request, method: 'HEAD', retry: 'limited' });
  const response = await orUndefined(sent, 'UNREACHABLE', 'TIMEOUT');
  if (response?.status === 429) throw client.errorOf({ response, bytes: Buffer.alloc(0) }, String(request.target));
  if (response !== undefined) await discard(response);
  client.heads.count(kind, response?.status);
  return response?.status === 200 || response?.status === 404 ? response : undefined;
}
