import { Refusal } from './answer.js';
import type { Call } from './call.js';

/**
 * The content of a request. A reader that stops before its end leaves the connection open: destroyed with the content,
 * it could carry no answer.
 *
 * @throws Refusal 413 above `limit` bytes
 */
export async function* contentOf({ request }: Call, tooLarge: () => Refusal, limit: number): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    yield chunk;
  }
}

/** Whether a request comes with content. */
export function hasBody({ request }: Call): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** The refusal of what is larger than a limit; it names the flag that sets the limit. */
export function tooLarge(what: string, limit: number, flag: string): Refusal {
  return new Refusal(413, 'SIZE_INVALID', `${what} is larger than ${limit} bytes, the limit that ${flag} sets`, {
    detail: { limit },
  });
}
