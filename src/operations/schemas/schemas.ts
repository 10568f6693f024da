import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../../oci/values/descriptor.js';
import { VIAS } from '../../store/interfaces/store.js';
import { attachSchema } from '../attach/schema.js';
import { fetchBlobSchema, putBlobSchema } from '../blob/schema.js';
import type { CopyResult } from '../copy/result.js';
import type { DiscoveredNode, DiscoverResult } from '../discover/discover.js';
import type { MissingKind } from '../discover/gate.js';
import { inspectSchema } from '../inspect/schema.js';
import { kindsSchema } from '../kinds/schema.js';
import { loginSchema, loginsSchema } from '../login/schema.js';
import { logoutSchema } from '../logout/schema.js';
import { putManifestSchema, readManifestSchema } from '../manifest/schema.js';
import { dryRunSchema } from '../pack/schema.js';
import type { PullResult } from '../pull/pull.js';
import { pushSchema } from '../push/schema.js';
import { repositoriesSchema, tagsSchema } from '../repo/schema.js';
import { resolveSchema } from '../resolve/schema.js';
import { deleteSchema } from '../results/deletion-schema.js';
import { incompleteSchema } from '../results/incomplete.js';
import { tagSchema } from '../tag/schema.js';
import { checkSchema as check } from './check.js';
import { detachSchema as detach } from './detach.js';

const annotations = z.record(z.string(), z.string());
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

const node: z.ZodType<DiscoveredNode> = z.strictObject({
  ...manifestFields,
  annotations: annotations.exactOptional(),
  kind: z.enum(KINDS).exactOptional().describe('What people call it'),
  formats: z.array(z.enum(FORMATS)).exactOptional().describe('From the outermost wrapper inwards'),
  predicateType: z.string().exactOptional(),
  created: z.string().exactOptional().describe('RFC 3339'),
  manifest: digestSchema.exactOptional().describe('For a layer: the manifest that holds it'),
  subject: digestSchema.describe('What it is attached to'),
  via: z.array(via).describe('How it was found'),
  get referrers() {
    return z.array(node);
  },
});

const discover: z.ZodType<DiscoverResult & { readonly missing?: readonly MissingKind[] }> = z.strictObject({
  ...manifestFields,
  referrers: z.array(node).describe('What is attached, each with what is attached to it'),
  platforms: z
    .array(z.strictObject({ ...manifestFields, platform: z.string().exactOptional(), referrers: z.array(node) }))
    .exactOptional()
    .describe('For an index: its children'),
  missing: z
    .array(
      z.strictObject({
        kind: z.enum(KINDS),
        format: z.enum(FORMATS).exactOptional(),
        digest: digestSchema.describe('What it is not attached to'),
        platform: z.string().exactOptional(),
        onIndex: z.literal(true).exactOptional(),
      }),
    )
    .exactOptional()
    .describe('With --require: what is required and not there'),
  asked: z
    .array(
      z.strictObject({
        via,
        subjects: z.int().describe('How many subjects were asked about there'),
        found: z.int(),
        unsupported: z.int().exactOptional().describe('For so many of them there is no such place'),
      }),
    )
    .describe('The places that answered'),
  incomplete: z
    .array(incompleteSchema)
    .describe('Places that could not be asked; empty means that the list is complete'),
});

const pull: z.ZodType<PullResult> = z.strictObject({
  reference: z.string(),
  artifacts: z.array(
    z.strictObject({
      ...manifestFields,
      files: z.array(
        z.strictObject({
          path: z.string(),
          mediaType: z.string(),
          digest: digestSchema.describe('Of what was written'),
          size: z.int(),
          result: z.enum(['written', 'unchanged']),
          from: z.string().describe('The manifest that has it'),
          kind: z.enum(KINDS).exactOptional().describe('What people call it'),
          formats: z.array(z.enum(FORMATS)).exactOptional().describe('From the outermost wrapper inwards'),
          platform: z.string().exactOptional().describe('Of the image that it is attached to'),
          via: z.array(via).exactOptional().describe('How it was found'),
          unwrapped: z.literal(true).exactOptional().describe('It was taken out of a statement, and nothing verified'),
          wrapper: digestSchema.exactOptional().describe('The layer that has the statement'),
        }),
      ),
    }),
  ),
});

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
