import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../../oci/values/descriptor.js';
import type { PutBlobResult } from '../plumbing/blob.js';
import type { DeleteResult } from '../plumbing/delete.js';
import type { KindsResult } from '../plumbing/list-kinds.js';
import type { TagsResult } from '../plumbing/list-tags.js';
import type { PutManifestDocumentResult } from '../plumbing/put-manifest.js';
import type { TagResult } from '../plumbing/tag.js';

const manifestFields = {
  reference: z.string().describe('The manifest by its digest, as remora takes it'),
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative().describe('Bytes'),
};
const written = z.enum(['written', 'exists']);
const via = z.enum(['api', 'tag', 'layout-entry', 'layout-tag', 'layout-referrers']);

const tag: z.ZodType<TagResult> = z.strictObject({
  ...manifestFields,
  tags: z.array(z.string()).describe('The tags that point at it now'),
});

const repoList = z.union([
  z.strictObject({ registry: z.string(), repositories: z.array(z.string()) }),
  z.strictObject({ directory: z.string(), repositories: z.array(z.string()) }),
]);

const repoTags: z.ZodType<TagsResult> = z.strictObject({
  reference: z.string(),
  tags: z.array(z.string()).describe('Sorted'),
  hidden: z.int().nonnegative().describe('Tags that stand for a digest and were left out'),
});

const manifestGet = z.strictObject({
  ...manifestFields,
  manifest: z.looseObject({}).describe('What the bytes say; their digest is not that of this text'),
});

const manifestPut: z.ZodType<PutManifestDocumentResult> = z.strictObject({
  ...manifestFields,
  artifactType: z.string().exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
  tags: z.array(z.string()),
  result: written.describe('exists: it was there already'),
  listedBy: via.exactOptional().describe('For a manifest with a subject: where it is listed'),
});

const deleted: z.ZodType<DeleteResult> = z.strictObject({
  reference: z.string(),
  deleted: z.boolean().describe('false: the answer to the question was no'),
  listUpdated: z.boolean().exactOptional().describe('A referrers tag named it, and does so no longer'),
  remaining: z.string().exactOptional().describe('The manifest that a deleted tag pointed at, which stays'),
});

const blobFields = { reference: z.string(), digest: digestSchema, size: z.int().nonnegative().describe('Bytes') };
const blobGet = z.strictObject({ ...blobFields, path: z.string().describe('The file that was written') });
const blobPut: z.ZodType<PutBlobResult> = z.strictObject({ ...blobFields, result: written });

const kinds: z.ZodType<KindsResult> = z.strictObject({
  kinds: z.array(
    z.strictObject({
      where: z.enum(['type', 'predicate', 'cosign-tag']),
      value: z.string().describe('What ends in * stands for all that begin so'),
      kind: z.enum(KINDS).exactOptional().describe('Missing for wrappers, whose content decides'),
      format: z.enum(FORMATS).exactOptional(),
    }),
  ),
});

/** The schemas of the commands that handle single tags, manifests and blobs, and of the table of kinds. */
export const plumbingSchemas = {
  tag,
  'repo list': repoList,
  'repo tags': repoTags,
  'manifest get': manifestGet,
  'manifest put': manifestPut,
  'manifest delete': deleted,
  'blob get': blobGet,
  'blob put': blobPut,
  'blob delete': deleted,
  kinds,
} as const;
