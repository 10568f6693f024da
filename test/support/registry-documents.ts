import { z } from 'zod';
import type { SeedDescriptor, StoredManifest } from './registry-state.js';

const descriptor = z.looseObject({ mediaType: z.string(), digest: z.string(), size: z.number() });

const document = z.looseObject({
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).nullish(),
  blobs: z.array(descriptor).nullish(),
  manifests: z.array(descriptor).nullish(),
  subject: descriptor.nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/** What the registry wants to know of a manifest or index. */
export interface ParsedManifest {
  readonly mediaType: string | undefined;
  /** As the Referrers API reports it. */
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly subject: { readonly digest: string } | undefined;
  readonly blobs: readonly { readonly digest: string }[];
  readonly manifests: readonly { readonly digest: string }[];
}

/** An entry of the Referrers API's list. */
export interface ReferrerEntry extends SeedDescriptor {
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function parseManifest(bytes: Buffer): ParsedManifest | undefined {
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  const { data } = document.safeParse(json);
  if (data === undefined) return undefined;
  return {
    mediaType: data.mediaType,
    artifactType: data.artifactType || data.config?.mediaType,
    annotations: data.annotations ?? undefined,
    subject: data.subject ?? undefined,
    blobs: [...(data.config ? [data.config] : []), ...(data.layers ?? []), ...(data.blobs ?? [])],
    manifests: data.manifests ?? [],
  };
}

const parsedOnce = new WeakMap<StoredManifest, { readonly parsed: ParsedManifest | undefined }>();

/** The entry of a stored manifest in the list of a subject, where it belongs there. */
export function referrerEntry(digest: string, manifest: StoredManifest, subject: string): ReferrerEntry | undefined {
  const { parsed } = parsedOnce.get(manifest) ?? { parsed: parseManifest(manifest.bytes) };
  parsedOnce.set(manifest, { parsed });
  if (parsed?.subject?.digest !== subject) return undefined;
  const { artifactType, annotations } = parsed;
  return {
    mediaType: manifest.mediaType,
    digest,
    size: manifest.bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
}
