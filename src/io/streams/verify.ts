import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { RemoraError } from '../../errors.js';
import type { Descriptor } from '../../oci/values/descriptor.js';
import { algorithmOf, hasherFor } from '../../oci/values/digest.js';

/** How far one side may be ahead of the other. */
const AHEAD_BYTES = 1024 * 1024;

type Expected = Pick<Descriptor, 'digest' | 'size'>;

/** The content that each stream of {@link verified} proves. */
const proofs = new WeakMap<Readable, Expected>();

/**
 * The stream that all content passes: it counts, hashes and refuses extra bytes. When size or digest differ, an error
 * replaces its last bytes, so that a reader cannot forget to check (image-spec descriptor.md, "Verification").
 *
 * @throws RemoraError `UNSUPPORTED` at once when the digest's algorithm cannot be verified
 */
export function verifyingStream(expected: Expected): Transform {
  const hash = hasherFor(expected.digest);
  let count = 0;
  let held: Buffer | undefined;
  return new Transform({
    // Reading and hashing go on while the other side takes what is here.
    highWaterMark: AHEAD_BYTES,
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      count += chunk.length;
      if (count > expected.size) return done(wrongSize(expected, `more than ${expected.size}`));
      hash.update(chunk);
      // The last bytes stay here until all is verified: wrong content never looks whole to a reader.
      const ready = held;
      held = chunk;
      done(null, ready);
    },
    flush(done) {
      if (count !== expected.size) return done(wrongSize(expected, count));
      const found = `${algorithmOf(expected.digest)}:${hash.digest('hex')}`;
      if (found === expected.digest) return done(null, held);
      done(
        new RemoraError(
          'DIGEST_MISMATCH',
          `content of ${expected.digest} is not what it should be: its digest is ${found}`,
          {
            expected: expected.digest,
            found,
          },
        ),
      );
    },
  });
}

function wrongSize(expected: Expected, found: number | string): RemoraError {
  return new RemoraError('SIZE_MISMATCH', `content of ${expected.digest} has ${found} bytes, wanted ${expected.size}`, {
    expected: expected.size,
    found,
  });
}

/**
 * `source` with its bytes verified; an error or early end of either side ends both. A source that was verified for the
 * same content is given back: between two stores every byte is hashed once.
 *
 * @param explain turns an error of the source into one of ours
 */
export function verified(
  source: Readable,
  expected: Expected,
  explain: (error: unknown) => unknown = (error) => error,
): Readable {
  const proof = proofs.get(source);
  if (proof?.digest === expected.digest && proof.size === expected.size) return source;
  let out: Transform;
  try {
    out = verifyingStream(expected);
  } catch (error) {
    source.destroy();
    throw error;
  }
  source.on('error', (error) => {
    const explained = explain(error);
    out.destroy(explained instanceof Error ? explained : error);
  });
  source.on('close', () => {
    // A source that closes without "end" (an aborted body) would leave the reader waiting.
    if (!source.readableEnded && !out.destroyed) out.destroy(cut(expected));
  });
  if (source.destroyed) out.destroy(cut(expected));
  out.on('close', () => source.destroy());
  proofs.set(out, expected);
  return source.pipe(out);
}

function cut(expected: Expected): RemoraError {
  return new RemoraError('UNREACHABLE', `content of ${expected.digest} was cut off before its end`);
}
