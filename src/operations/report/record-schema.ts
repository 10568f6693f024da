import * as z from 'zod/mini';
import { type Digest, isDigest } from '../../oci/values/digest.js';
import type { ReportEnd, ReportRow } from './schema.js';

const text = z.string();
const texts = z.array(text);
const count = z.int().check(z.nonnegative());
const place = z.int().check(z.positive());
const state = z.enum(['yes', 'partly', 'no', 'unknown']);
const error = z.looseObject({ code: text, message: text, hint: z.exactOptional(text) });

const cell = z.looseObject({
  state,
  count,
  newest: z.exactOptional(text),
  lacking: z.exactOptional(texts),
  verified: z.exactOptional(state),
});

/** A row as `--merge` reads it: with the members of later versions. */
export const rowRecord: z.ZodMiniType<ReportRow> = z.looseObject({
  reference: text,
  given: z.exactOptional(text),
  from: z.exactOptional(text),
  digest: z.exactOptional(z.custom<Digest>((value) => typeof value === 'string' && isDigest(value))),
  mediaType: z.exactOptional(text),
  platforms: z.exactOptional(count),
  attached: count,
  newest: z.exactOptional(text),
  columns: z.record(text, cell),
  missing: z.exactOptional(texts),
  endOfLife: z.exactOptional(z.looseObject({ date: text, past: z.exactOptional(z.boolean()) })),
  policy: z.exactOptional(z.enum(['kept', 'broken', 'unknown'])),
  violations: z.exactOptional(texts),
  incomplete: z.exactOptional(z.array(z.looseObject({ way: text, error }))),
  error: z.exactOptional(error),
});

const counts = z.looseObject({
  yes: count,
  partly: count,
  no: count,
  unknown: count,
  verified: z.exactOptional(count),
});

/** The last record of a report. */
export const endRecord: z.ZodMiniType<ReportEnd> = z.looseObject({
  end: z.literal(true),
  rows: count,
  shard: z.exactOptional(
    z.looseObject({ index: place, of: place }).check(z.refine(({ index, of }) => index <= of, 'wanted index <= of')),
  ),
  columns: texts,
  require: z.exactOptional(texts),
  trusted: z.exactOptional(z.literal(true)),
  policy: z.exactOptional(z.literal(true)),
  summary: z.looseObject({
    images: count,
    failed: count,
    absent: count,
    mistaken: count,
    incomplete: count,
    missing: count,
    columns: z.record(text, counts),
  }),
});
