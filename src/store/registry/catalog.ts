import * as z from 'zod';
import { isRemoraError, RemoraError } from '../../errors.js';
import { dockerCredentials } from '../../io/credentials/lookup.js';
import { HttpClient } from '../../io/http/client.js';
import type { Document } from '../../io/http/response.js';
import { discard } from '../../io/http/response.js';
import { checkShape, parseJson } from '../../oci/text/json.js';
import { given } from '../../oci/values/given.js';
import type { CallOptions } from '../interfaces/store.js';
import { RegistryClient, registryUrl } from './client/client.js';
import { Progress, pages } from './client/paging.js';
import type { OpenRegistryOptions } from './store.js';

const schema = () => z.looseObject({ repositories: z.array(z.string()).nullish() });
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

/** They refuse whoever asks, logged in or not. */
const WITHOUT_CATALOG: readonly string[] = ['docker.io', 'ghcr.io'];

/**
 * The names of a registry's repositories, each once, in its order. The catalog is outside the specification: many
 * registries have none, or only for some accounts. That is an error, never an empty list.
 *
 * @throws RemoraError `UNSUPPORTED` for a registry without a catalog, `UNAUTHORIZED`, `FORBIDDEN`
 */
export async function* listCatalog(
  registry: string,
  options: OpenRegistryOptions & CallOptions & { readonly last?: string | undefined } = {},
): AsyncIterable<string> {
  const credentials = options.credentials ?? dockerCredentials();
  const http = new HttpClient({ ...options, registry: registryUrl(registry, options.plainHttp) });
  const client = new RegistryClient({
    ...options,
    http,
    registry,
    repository: '',
    actions: [],
    credentials,
  });
  const what = `repositories of ${registry}`;
  try {
    const isLoggedIn = async () => (await credentials(registry)) !== undefined && isAccepted(client, options.signal);
    const first = await firstPage(client, what, isLoggedIn, options);
    const seen = new Set<string>();
    const progress = new Progress(what);
    for await (const page of pages(client, first, MAX_PAGE_BYTES, what, options.signal)) {
      const before = seen.size;
      const { repositories } = checkShape(schema(), parseJson(page, what), what);
      for (const name of repositories ?? []) {
        if (!seen.has(name)) yield name;
        seen.add(name);
      }
      progress.page(repositories?.length ?? 0, seen.size > before);
    }
  } finally {
    await http.close();
  }
}

async function firstPage(
  client: RegistryClient,
  what: string,
  isLoggedIn: () => Promise<boolean>,
  { last, signal }: CallOptions & { readonly last?: string | undefined },
): Promise<Document> {
  const known = WITHOUT_CATALOG.includes(client.registry);
  const target = last === undefined ? '_catalog' : `_catalog?last=${encodeURIComponent(last)}`;
  // No "n": distribution 3 refuses one above its own limit, and gives that many anyway.
  const answer = await client.read({ method: 'GET', target, signal }, MAX_PAGE_BYTES, what).catch((error: unknown) => {
    throw known && isRemoraError(error) && refuses(error.status) ? unsupported(client, error) : error;
  });
  const { status } = answer.response;
  if (status === 200) return answer;
  const error = client.errorOf(answer, what);
  const hasNone =
    [404, 405, 501].includes(status) ||
    (known && refuses(status)) ||
    // It knows the account, and does not give the list to it.
    (status === 401 && (await isLoggedIn()));
  throw hasNone ? unsupported(client, error) : error;
}

function refuses(status: number | undefined): boolean {
  return status === 401 || status === 403;
}

async function isAccepted(client: RegistryClient, signal: AbortSignal | undefined): Promise<boolean> {
  const response = await client.send({ method: 'GET', target: '', signal });
  await discard(response);
  return response.status === 200;
}

function unsupported(client: RegistryClient, cause: RemoraError): RemoraError {
  return new RemoraError('UNSUPPORTED', `${client.registry} gives no list of its repositories`, {
    cause,
    hint: 'Name a repository: remora repo tags HOST/REPO; see its web page for the names',
    ...given({ status: cause.status }),
  });
}
