import * as z from 'zod';
import { digestSchema } from '../../oci/values/descriptor.js';
import { VIAS } from '../../store/interfaces/store.js';
import type { CopyResult } from '../copy/result.js';
import { detachSchema as detach } from '../detach/schema.js';
import { discoverSchema as discover } from '../discover/schema.js';
import type { AttachResult } from '../pack/attach.js';
import type { PushResult } from '../pack/push.js';
import { pullSchema as pull } from '../pull/schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { checkSchema as check } from './check.js';
import { plumbingSchemas } from './plumbing.js';

const annotations = z.record(z.string(), z.string());
const result = z.enum(['written', 'exists']);
const via = z.enum(VIAS);

/** Every result that is a manifest begins with these, in this order. */
const manifestFields = {
  reference: z.string().describe('The manifest by its digest, as remora takes it'),
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative().describe('Bytes'),
  artifactType: z.string().exactOptional(),
};

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

const pushFields = {
  ...manifestFields,
  annotations: annotations.exactOptional(),
  tags: z.array(z.string()),
  result: result.describe('exists: the very same artifact was there already'),
  layers: z.array(z.looseObject({ ...descriptorFields, result })),
  listedBy: via.exactOptional().describe('For an artifact with a subject: where it is listed'),
};

const push: z.ZodType<Omit<PushResult, 'manifest'>> = z.strictObject(pushFields);

const attach: z.ZodType<Omit<AttachResult, 'manifest'>> = z.strictObject({
  ...pushFields,
  subject: z.strictObject({ ...manifestFields }),
});

const inspect = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(['index', 'image', 'artifact']),
  subject: descriptor.exactOptional(),
  config: descriptor.exactOptional(),
  layers: z.array(z.looseObject({ ...descriptorFields, title: z.string().exactOptional() })).exactOptional(),
  totalSize: z.int().exactOptional().describe('Bytes of all layers'),
  manifests: z.array(z.looseObject({ ...descriptorFields, platform: z.string().exactOptional() })).exactOptional(),
  image: z.looseObject({ architecture: z.string(), os: z.string() }).exactOptional().describe('The image config'),
});

const resolve = z.strictObject({ ...manifestFields });

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

const unaskedPlaces = z
  .array(incompleteSchema)
  .exactOptional()
  .describe('Files and credential helpers that could not be asked');

const login = z.union([
  z.strictObject({
    registry: z.string(),
    username: z.string().exactOptional(),
    stored: z.string().describe('Path of the file, or name of the credential helper'),
    verified: z.boolean().describe('false: the registry asks nobody for credentials'),
  }),
  z.strictObject({
    credentials: z.array(
      z.strictObject({
        registry: z.string(),
        username: z.string().exactOptional(),
        kind: z.enum(['password', 'identity-token', 'registry-token']),
        from: z.string().describe('File, variable or credential helper'),
      }),
    ),
    incomplete: unaskedPlaces,
  }),
]);

const logout = z.strictObject({
  registry: z.string(),
  removed: z.array(z.string()).describe('Files and credential helpers that had credentials; empty: not logged in'),
  kept: z.array(z.string()).exactOptional().describe('Variables that have credentials and cannot be changed'),
  incomplete: unaskedPlaces,
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
  push,
  attach,
  detach,
  discover,
  check,
  copy,
  pull,
  inspect,
  resolve,
  login,
  logout,
  ...plumbingSchemas,
  error,
} as const;
