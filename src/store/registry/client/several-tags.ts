import { isRemoraError, type RemoraErrorCode } from '../../../errors.js';
import type { HttpClient } from '../../../io/http/client.js';
import type { HttpResponse } from '../../../io/http/response.js';

/** Failures of a request for what it is, and not for who sends it, or when. */
const REFUSALS: readonly RemoraErrorCode[] = ['REJECTED', 'NOT_FOUND', 'UNSUPPORTED'];
/** Failures that a request of another form meets as well. */
const SHARED: readonly RemoraErrorCode[] = ['INTERRUPTED', 'UNAUTHORIZED', 'DIGEST_MISMATCH'];

/** Knows whether a registry gives a manifest several tags in one request. The first such request of a session tells. */
export class SeveralTags {
  #known: Promise<boolean> | undefined;

  /**
   * Sends such a request, unless the registry is known not to understand it. While the first is under way, others wait
   * for its answer. A failure without a refusal tells nothing of the registry.
   *
   * @param tags the tags in its query; a registry that confirms only others does not understand it
   * @returns the answer; undefined where the tags are to be set one by one
   */
  async attempt(tags: readonly string[], send: () => Promise<HttpResponse>): Promise<HttpResponse | undefined> {
    if (this.#known !== undefined) return (await this.#known) ? orOneByOne(send()) : undefined;
    const sent = send();
    this.#known = sent.then(
      (answer) => tagsOf(answer).some((tag) => tags.includes(tag)),
      (error: unknown) => {
        if (!isRemoraError(error) || !REFUSALS.includes(error.code)) this.#known = undefined;
        return false;
      },
    );
    return orOneByOne(sent);
  }
}

/** A registry that asks to come back later has had the request repeated as often as is allowed. */
const TOO_MANY_REQUESTS = 429;

async function orOneByOne(sent: Promise<HttpResponse>): Promise<HttpResponse | undefined> {
  try {
    return await sent;
  } catch (error) {
    if (!isRemoraError(error) || SHARED.includes(error.code) || error.status === TOO_MANY_REQUESTS) throw error;
    return undefined;
  }
}

/** The tags that an answer confirms: `OCI-Tag` comes once for each, or as a list (distribution-spec, "Pushing Manifests"). */
export function tagsOf(answer: HttpResponse): readonly string[] {
  return answer
    .headers('oci-tag')
    .flatMap((line) => line.split(','))
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

const known = new WeakMap<HttpClient, SeveralTags>();

/** The knowledge of all calls that share a client: those of one session with one registry. */
export function severalTagsOf(http: HttpClient): SeveralTags {
  const own = known.get(http) ?? new SeveralTags();
  known.set(http, own);
  return own;
}
