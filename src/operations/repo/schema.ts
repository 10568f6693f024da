import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { errorFieldsSchema } from '../results/incomplete.js';

const repositories = z.array(z.string()).readonly().describe('Sorted');

export const repositoriesSchema = z.union([
  z.strictObject({ registry: z.string(), repositories }),
  z.strictObject({ directory: z.string(), repositories }),
]);

const taggedManifest = z.union([
  z.strictObject({
    tag: z.string(),
    mediaType: z.string(),
    digest: digestSchema,
    size: z.int().nonnegative().describe('Bytes of the manifest'),
  }),
  z
    .strictObject({ tag: z.string(), error: errorFieldsSchema })
    .describe('A tag without a manifest: NOT_FOUND says that it is gone, or that its manifest is'),
]);

export const tagsSchema = z.strictObject({
  reference: z.string(),
  tags: z.array(z.string()).readonly().describe('In the order that was asked for, by name else'),
  hidden: z.int().nonnegative().describe('Number of tags named after a digest, which were met and left out'),
  limited: z.literal(true).exactOptional().describe('The limit has ended the list: more tags may fit'),
  manifests: z.array(taggedManifest).readonly().exactOptional().describe('The manifest of each tag, with full'),
});

/** The sorted repositories of a registry, or of a directory of layouts. */
export type RepositoriesResult = Readonly<z.infer<typeof repositoriesSchema>>;
/** A tag, with the descriptor of its manifest (`size` in bytes), or the reason why that cannot be had. */
export type TaggedManifest = Readonly<z.infer<typeof taggedManifest>>;
/** The tags of a place, with their manifests if wanted. */
export type TagsResult = Readonly<z.infer<typeof tagsSchema>>;
