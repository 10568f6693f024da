import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, hasherFor } from '../../oci/values/digest.js';
import { bytesOf, ChunkStream, cutOff } from './chunk-stream.js';

type Expected = Pick<Descriptor, 'digest' | 'size'>;

/** The content that each stream of {@link verified} proves. */
const proofs = new WeakMap<Readable, Expected>();

/**
 * `source` with its bytes verified; an error or early end of either side ends both. A source that was verified for the
 * same content is given back: between two stores every byte is hashed once.
 *
 * @param explain turns an error of the source into one of ours
 * @throws RemoraError `UNSUPPORTED` at once when the digest's algorithm cannot be verified
 */
export function verified(
  source: Readable,
  expected: Expected,
  explain: (error: unknown) => unknown = (error) => error,
): Readable {
  const proof = proofs.get(source);
  if (proof?.digest === expected.digest && proof.size === expected.size) return source;
  let hash: Hash;
  try {
    hash = hasherFor(expected.digest);
  } catch (error) {
    source.destroy();
    throw error;
  }
  // The reading gives an error that comes before it.
  source.on('error', () => {});
  const out = new ChunkStream(proven(source, expected, hash, explain), (error) => source.destroy(error));
  proofs.set(out, expected);
  return out;
}

/**
 * All content passes here: it is counted and hashed, and extra bytes are refused. When size or digest differ, an error
 * replaces its last bytes, so that a reader cannot forget to check (image-spec descriptor.md, "Verification").
 */
async function* proven(
  source: Readable,
  expected: Expected,
  hash: Hash,
  explain: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  let count = 0;
  let held: Buffer | undefined;
  try {
    for await (const each of source) {
      const chunk = bytesOf(each);
      count += chunk.length;
      if (count > expected.size) break;
      hash.update(chunk);
      // The last bytes stay here until all is verified: wrong content never looks whole to a reader.
      if (held !== undefined) yield held;
      held = chunk;
    }
  } catch (error) {
    const cut = cutOff(error, `content of ${expected.digest}`);
    throw cut === error ? explain(error) : cut;
  }
  if (count > expected.size) throw wrongSize(expected, `more than ${expected.size}`);
  if (count !== expected.size) throw wrongSize(expected, count);
  const found = `${algorithmOf(expected.digest)}:${hash.digest('hex')}`;
  if (found !== expected.digest)
    throw new RemoraError(
      'DIGEST_MISMATCH',
      `content of ${expected.digest} is not what it should be: its digest is ${found}`,
      { expected: expected.digest, found },
    );
  if (held !== undefined) yield held;
}

function wrongSize(expected: Expected, found: number | string): RemoraError {
  return new RemoraError('SIZE_MISMATCH', `content of ${expected.digest} has ${found} bytes, wanted ${expected.size}`, {
    expected: expected.size,
    found,
  });
}
