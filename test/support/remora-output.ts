import { z } from 'zod';

/** The shapes of `--json` as far as tests look at them. */
const descriptor = z.object({
  reference: z.string(),
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  artifactType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const content = z.object({
  mediaType: z.string(),
  digest: z.string(),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});

const node = descriptor.extend({
  via: z.array(z.string()),
  get referrers() {
    return z.array(node);
  },
});

export type DiscoveredNode = z.infer<typeof node>;

export const discovered = descriptor.extend({
  referrers: z.array(node),
  incomplete: z.array(z.object({ place: z.string() })),
});

/** `push` and `attach`. */
export const pushed = descriptor.extend({
  tags: z.array(z.string()),
  result: z.enum(['written', 'exists']),
  layers: z.array(content),
  listedBy: z.string().optional(),
  subject: descriptor.optional(),
});

export const pulled = z.object({
  artifacts: z.array(
    descriptor.extend({
      files: z.array(content.extend({ path: z.string(), result: z.enum(['written', 'unchanged']) })),
    }),
  ),
});

export const inspected = descriptor.extend({
  kind: z.string(),
  subject: content.optional(),
  config: content.optional(),
  layers: z.array(content.extend({ title: z.string().optional() })).optional(),
  manifests: z.array(content.extend({ platform: z.string().optional() })).optional(),
  image: z.object({ os: z.string().optional(), architecture: z.string().optional() }).optional(),
});

/** Digests with their artifact types, in a fixed order. */
export function listed(nodes: readonly DiscoveredNode[]): string[] {
  return nodes.map(({ digest, artifactType }) => `${digest} ${artifactType}`).sort();
}
