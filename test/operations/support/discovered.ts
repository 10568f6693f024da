import type { ErrorFields } from '../../../src/errors.js';
import type { Descriptor } from '../../../src/oci/values/descriptor.js';
import type { Selection } from '../../../src/operations/attached/selection.js';
import { type DiscoverOptions, type Discovery, discover } from '../../../src/operations/discover/discover.js';
import type { Source } from '../../../src/store/interfaces/store.js';

/** Everything that could be found, and the first failure. */
export async function discovered(
  store: Source,
  { digest }: Pick<Descriptor, 'digest'>,
  { depth, via, signal, ...selection }: Pick<DiscoverOptions, 'depth' | 'via' | 'signal'> & Selection = {},
): Promise<{ readonly result: Discovery; readonly failure: ErrorFields | undefined }> {
  const result = await discover({ store, digest }, { depth, via, signal, selection, partial: true });
  return { result, failure: result.incomplete[0]?.error };
}
