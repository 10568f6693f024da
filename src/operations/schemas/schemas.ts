import * as z from 'zod';
import { FORMATS, KINDS } from '../../formats/kinds/kind.js';
import { digestSchema } from '../../oci/values/descriptor.js';
import { VIAS } from '../../store/interfaces/store.js';
import { checkSchema } from '../check/schema.js';
import { copySchema } from '../copy/schema.js';
import type { DiscoveredNode, DiscoverResult } from '../discover/discover.js';
import type { MissingKind } from '../discover/gate.js';
import type { AttachResult } from '../pack/attach.js';
import type { PushResult } from '../pack/push.js';
import type { PullResult } from '../pull/pull.js';
import { incompleteSchema } from '../results/incomplete.js';
import { detachSchema as detach } from './detach.js';
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
  check: checkSchema,
  copy: copySchema,
  pull,
  inspect,
  resolve,
  login,
  logout,
  ...plumbingSchemas,
  error,
} as const;
