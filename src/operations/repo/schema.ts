import * as z from 'zod';

const repositories = z.array(z.string()).readonly().describe('Sorted');

export const repositoriesSchema = z.union([
  z.strictObject({ registry: z.string(), repositories }),
  z.strictObject({ directory: z.string(), repositories }),
]);

export const tagsSchema = z.strictObject({
  reference: z.string(),
  tags: z.array(z.string()).readonly().describe('Sorted'),
  hidden: z.int().nonnegative().describe('Number of tags named after a digest, which were left out'),
});

/** The sorted repositories of a registry, or of a directory of layouts. */
export type RepositoriesResult = Readonly<z.infer<typeof repositoriesSchema>>;
/** The sorted tags of a place. */
export type TagsResult = Readonly<z.infer<typeof tagsSchema>>;
