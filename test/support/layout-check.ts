import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from './image-layout.js';

const descriptor = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
type Descriptor = z.infer<typeof descriptor>;

const indexFile = z.object({ schemaVersion: z.literal(2), manifests: z.array(descriptor) });
const document = z.object({
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
});

/**
 * Reads an image layout with nothing of remora's and checks all that `index.json` leads to.
 *
 * @returns the entries of `index.json`
 * @throws Error when `index.json` is not whole, or a blob is missing, short, or not what its name says
 */
export async function checkedEntries(directory: string): Promise<readonly Descriptor[]> {
  const { imageLayoutVersion } = z
    .object({ imageLayoutVersion: z.string() })
    .parse(JSON.parse(await readFile(join(directory, 'oci-layout'), 'utf8')));
  if (imageLayoutVersion !== '1.0.0') throw new Error(`${directory}: layout version ${imageLayoutVersion}`);
  const { manifests } = indexFile.parse(JSON.parse(await readFile(join(directory, 'index.json'), 'utf8')));
  const seen = new Set<string>();
  for (const entry of manifests) await checkManifest(directory, entry, seen);
  return manifests;
}

async function checkManifest(directory: string, manifest: Descriptor, seen: Set<string>): Promise<void> {
  const bytes = await checkBlob(directory, manifest, seen);
  if (bytes === undefined) return;
  const { config, layers = [], manifests = [] } = document.parse(JSON.parse(bytes.toString('utf8')));
  for (const blob of [...(config ? [config] : []), ...layers]) await checkBlob(directory, blob, seen);
  for (const child of manifests) await checkManifest(directory, child, seen);
}

/** The blob's bytes, undefined when it was looked at before. */
async function checkBlob(
  directory: string,
  { digest, size }: Descriptor,
  seen: Set<string>,
): Promise<Buffer | undefined> {
  if (seen.has(digest)) return undefined;
  const bytes = await readFile(join(directory, 'blobs', 'sha256', digest.slice('sha256:'.length)));
  if (bytes.length !== size) throw new Error(`${digest} has ${bytes.length} bytes, wanted ${size}`);
  if (digestOf(bytes) !== digest) throw new Error(`${digest} has other content: ${digestOf(bytes)}`);
  seen.add(digest);
  return bytes;
}
