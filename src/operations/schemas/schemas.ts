import * as z from 'zod';
import { digestSchema } from '../../oci/values/descriptor.js';
import { attachSchema } from '../attach/schema.js';
import { fetchBlobSchema, putBlobSchema } from '../blob/schema.js';
import type { CopyResult } from '../copy/result.js';
import { detachSchema as detach } from '../detach/schema.js';
import { discoverSchema as discover } from '../discover/schema.js';
import { inspectSchema } from '../inspect/schema.js';
import { kindsSchema } from '../kinds/schema.js';
import { loginSchema, loginsSchema } from '../login/schema.js';
import { logoutSchema } from '../logout/schema.js';
import { putManifestSchema, readManifestSchema } from '../manifest/schema.js';
import { dryRunSchema } from '../pack/schema.js';
import { pullSchema as pull } from '../pull/schema.js';
import { pushSchema } from '../push/schema.js';
import { repositoriesSchema, tagsSchema } from '../repo/schema.js';
import { resolveSchema } from '../resolve/schema.js';
import { deleteSchema } from '../results/deletion-schema.js';
import { tagSchema } from '../tag/schema.js';
import { checkSchema as check } from './check.js';

const annotations = z.record(z.string(), z.string());

const platform = z.looseObject({ architecture: z.string(), os: z.string() });

const descriptorFields = {
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative(),
  urls: z.array(z.string()).exactOptional(),
  annotations: annotations.exactOptional(),
  data: z.string().exactOptional(),
  artifactType: z.string().exactOptional(),
};
const descriptor = z.looseObject({ ...descriptorFields, platform: platform.exactOptional() });

const copy: z.ZodType<CopyResult> = z.strictObject({
  roots: z.array(descriptor.extend({ reference: z.string() })).describe('What was asked for, in the destination'),
  tags: z.array(
    z.strictObject({
      tag: z.string(),
      digest: digestSchema,
      replaced: digestSchema.exactOptional().describe('What it stood for before'),
    }),
  ),
  attached: z.int().describe('How many manifests came along since they are attached'),
  bytes: z.int().describe('How many were moved'),
  objects: z.array(
    z.strictObject({
      mediaType: z.string(),
      digest: digestSchema,
      size: z.int(),
      result: z.enum(['copied', 'mounted', 'exists', 'skipped']),
    }),
  ),
  left: z.array(descriptor).describe('Attached by way of an index that was not copied, so that it stayed behind'),
  dryRun: z.literal(true).exactOptional().describe('Nothing was written'),
});

const error = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('One of RemoraErrorCode'),
    message: z.string(),
    expected: z.union([z.string(), z.number()]).exactOptional(),
    found: z.union([z.string(), z.number()]).exactOptional(),
    status: z.int().exactOptional().describe('HTTP status'),
    candidates: z.array(z.string()).exactOptional(),
    hint: z.string().exactOptional().describe('One next step'),
  }),
});

/**
 * The schema of what each command prints with `--json`, by the command's name, and of `error`. Fields may be added in
 * later versions; none is renamed or removed.
 */
export const resultSchemas = {
  push: z.union([pushSchema, dryRunSchema]),
  attach: z.union([attachSchema, dryRunSchema]),
  detach,
  discover,
  check,
  copy,
  pull,
  inspect: inspectSchema,
  resolve: resolveSchema,
  login: z.union([loginSchema, loginsSchema]),
  logout: logoutSchema,
  tag: tagSchema,
  'repo list': repositoriesSchema,
  'repo tags': tagsSchema,
  'manifest get': readManifestSchema,
  'manifest put': putManifestSchema,
  'manifest delete': deleteSchema,
  'blob get': fetchBlobSchema,
  'blob put': putBlobSchema,
  'blob delete': deleteSchema,
  kinds: kindsSchema,
  error,
} as const;
