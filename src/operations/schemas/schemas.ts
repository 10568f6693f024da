import * as z from 'zod';
import { annotateSchema } from '../annotate/schema.js';
import { attachEachDryRunSchema, attachEachSchema, attachSchema } from '../attach/schema.js';
import { fetchBlobSchema, putBlobSchema } from '../blob/schema.js';
import { checkSchema, garbageSchema } from '../check/schema.js';
import { copySchema } from '../copy/schema.js';
import { detachSchema } from '../detach/schema.js';
import { discoverSchema } from '../discover/schema.js';
import { indexSchema } from '../index/schema.js';
import { inspectSchema } from '../inspect/schema.js';
import { kindsSchema } from '../kinds/schema.js';
import { loginSchema, loginsSchema } from '../login/schema.js';
import { logoutSchema } from '../logout/schema.js';
import { getManifestSchema, putManifestSchema } from '../manifest/schema.js';
import { dryRunSchema } from '../pack/schema.js';
import { pruneSchema } from '../prune/schema.js';
import { pullSchema } from '../pull/schema.js';
import { pushSchema } from '../push/schema.js';
import { repositoriesSchema, tagsSchema } from '../repo/schema.js';
import { reportSchema } from '../report/schema.js';
import { resolveSchema } from '../resolve/schema.js';
import { deleteSchema } from '../results/deletion-schema.js';
import { errorFieldsSchema } from '../results/incomplete.js';
import { signDryRunSchema, signSchema } from '../sign/schema.js';
import { tagSchema } from '../tag/schema.js';
import { verifyBlobSchema } from '../verify/blob-schema.js';
import { verifySchema } from '../verify/schema.js';

const errorSchema = z.strictObject({
  error: errorFieldsSchema.extend({
    expected: z.union([z.string(), z.number()]).exactOptional(),
    found: z.union([z.string(), z.number()]).exactOptional(),
    status: z.int().exactOptional().describe('HTTP status'),
    candidates: z.array(z.string()).exactOptional(),
  }),
});

/**
 * The schema of each command's `--json`, by the command's name, and of `error`. Later versions may add fields, but keep
 * the names of these.
 */
export const resultSchemas = {
  push: z.union([pushSchema, dryRunSchema]),
  attach: z.union([attachSchema, dryRunSchema, attachEachSchema, attachEachDryRunSchema]),
  annotate: annotateSchema,
  sign: z.union([signSchema, signDryRunSchema]),
  attest: z.union([signSchema, signDryRunSchema]),
  detach: detachSchema,
  prune: pruneSchema,
  discover: discoverSchema,
  check: z.union([checkSchema, garbageSchema]),
  copy: copySchema,
  pull: pullSchema,
  inspect: inspectSchema,
  'index create': indexSchema,
  'index add': indexSchema,
  'index remove': indexSchema,
  'index annotate': indexSchema,
  report: reportSchema,
  resolve: resolveSchema,
  login: z.union([loginSchema, loginsSchema]),
  logout: logoutSchema,
  tag: tagSchema,
  'repo list': repositoriesSchema,
  'repo tags': tagsSchema,
  'manifest get': getManifestSchema,
  'manifest put': putManifestSchema,
  'manifest delete': deleteSchema,
  'blob get': fetchBlobSchema,
  'blob put': putBlobSchema,
  'blob delete': deleteSchema,
  kinds: kindsSchema,
  verify: z.union([verifySchema, verifyBlobSchema]),
  error: errorSchema,
} as const;
