import { Refusal } from './answer.js';
import type { Call } from './call.js';

/** Reads a small body. @throws Refusal 413 above `limit` bytes */
export async function readAll({ request }: Call, limit: number): Promise<Buffer> {
  const tooLarge = () =>
    new Refusal(413, 'SIZE_INVALID', `the body is larger than ${limit} bytes`, { detail: { limit } });
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Whether a request comes with content. */
export function hasBody({ request }: Call): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}
