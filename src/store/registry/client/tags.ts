import * as z from 'zod';
import { RemoraError } from '../../../errors.js';
import { checkShape, parseJson } from '../../../oci/text/json.js';
import type { CallOptions } from '../../interfaces/store.js';
import type { RegistryClient } from './client.js';
import { errorCodes } from './errors.js';
import { Progress, pages } from './paging.js';

// distribution answers `"tags": null` for a repository without tags.
const schema = () => z.looseObject({ tags: z.array(z.string()).nullish() });
const MAX_PAGE_BYTES = 32 * 1024 * 1024;

/** All tags of the repository, each once, in the order of the registry (distribution-spec, "Listing Tags"). */
export async function* listTags(client: RegistryClient, options: CallOptions = {}): AsyncIterable<string> {
  const what = `tags of ${client.registry}/${client.repository}`;
  const first = await client.read({ method: 'GET', target: 'tags/list', signal: options.signal }, MAX_PAGE_BYTES, what);
  if (first.response.status === 404 && errorCodes(first).length > 0)
    throw new RemoraError('NOT_FOUND', `repository ${client.registry}/${client.repository} does not exist`, {
      cause: client.errorOf(first, what),
      status: 404,
      hint: 'Check the name; some registries hide private repositories from those who are not logged in',
    });
  const seen = new Set<string>();
  const progress = new Progress(what);
  for await (const page of pages(client, first, MAX_PAGE_BYTES, what, options.signal)) {
    const { tags } = checkShape(schema(), parseJson(page, what), what);
    const before = seen.size;
    for (const tag of tags ?? []) {
      if (!seen.has(tag)) yield tag;
      seen.add(tag);
    }
    progress.page(tags?.length ?? 0, seen.size > before);
  }
}
