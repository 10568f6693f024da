import * as z from 'zod';
import { digestSchema } from '../results/digest-schema.js';
import { errorFieldsSchema, incompleteSchema } from '../results/incomplete.js';

/** The states of a column: `partly` is for an index of which some platforms lack the kind. */
export const STATES = ['yes', 'partly', 'no', 'unknown'] as const;

const state = z.enum(STATES);

const cell = z.strictObject({
  state: state.describe('unknown: a way could not be asked, or no image is there; partly: some platforms lack it'),
  count: z.int().describe('Attachments of this kind, on the image, its index and its platforms'),
  newest: z.string().exactOptional().describe('The newest date of creation, RFC 3339'),
  lacking: z.array(z.string()).readonly().exactOptional().describe('The platforms of an index that lack it'),
  verified: state.exactOptional().describe('With a trust: whether one that is verified is there'),
});

const endOfLife = z.strictObject({
  date: z.string().describe('As the attachment has it: it is not verified'),
  past: z.boolean().exactOptional().describe('Absent: the date is not one of RFC 3339'),
});

/** The fields of a row, in the order of `--format jsonl`. */
export const reportRowSchema = z.strictObject({
  reference: z.string().describe('The full reference, as it was asked for'),
  given: z.string().exactOptional().describe('The text that names it, where that is another one'),
  from: z.string().exactOptional().describe('FILE:LINE where the text stands'),
  digest: digestSchema.exactOptional().describe('Absent: the reference could not be resolved'),
  mediaType: z.string().exactOptional(),
  platforms: z.int().exactOptional().describe('For an index: how many platforms it has'),
  attached: z.int().describe('How many attachments were found'),
  newest: z.string().exactOptional().describe('The newest date of creation of an attachment, RFC 3339'),
  columns: z.record(z.string(), cell).describe('By KIND or KIND@FORMAT'),
  missing: z.array(z.string()).readonly().exactOptional().describe('With --require: the required kinds that it lacks'),
  endOfLife: endOfLife.exactOptional().describe('The earliest of the image and its platforms'),
  policy: z.enum(['kept', 'broken', 'unknown']).exactOptional().describe('With --policy'),
  violations: z.array(z.string()).readonly().exactOptional().describe('With --policy: the rules that are not kept'),
  incomplete: z
    .array(incompleteSchema)
    .readonly()
    .exactOptional()
    .describe('Ways that could not be asked: no column of this row says no'),
  error: errorFieldsSchema
    .exactOptional()
    .describe('The reason why the row has no answer: the image does not exist, or could not be asked'),
});

/** The answer about one image. */
export type ReportRow = Readonly<z.infer<typeof reportRowSchema>>;

/** The state of one kind for one image. */
export type ReportCell = Readonly<z.infer<typeof cell>>;

/** `yes`, `partly`, `no` or `unknown`. */
export type ReportState = (typeof STATES)[number];

const counts = z.strictObject({
  yes: z.int(),
  partly: z.int(),
  no: z.int(),
  unknown: z.int(),
  verified: z.int().exactOptional().describe('With a trust: rows whose attachment is verified'),
});

export const reportSummarySchema = z.strictObject({
  images: z.int().describe('Rows'),
  failed: z.int().describe('Rows with an error'),
  absent: z.int().describe('Of these, images that do not exist'),
  mistaken: z.int().describe('Of these, texts that are not references'),
  incomplete: z.int().describe('Rows of which not all ways could be asked'),
  missing: z.int().describe('With --require or --policy: rows that lack something required'),
  columns: z.record(z.string(), counts),
});

/** Counts over all rows. */
export type ReportSummary = Readonly<z.infer<typeof reportSummarySchema>>;

const shard = z.strictObject({ index: z.int().min(1), of: z.int().min(1) });

/** The last record of `--format jsonl`: a report without it was cut. */
export const reportEndSchema = z.strictObject({
  end: z.literal(true),
  rows: z.int().describe('The number of rows before it'),
  shard: shard.exactOptional(),
  columns: z.array(z.string()).readonly().describe('In their order'),
  require: z.array(z.string()).readonly().exactOptional().describe('The kinds that the report required'),
  trusted: z.literal(true).exactOptional().describe('A trust was given: required kinds had to be verified'),
  policy: z.literal(true).exactOptional().describe('A policy was given'),
  summary: reportSummarySchema,
});

/** The last record of a report. */
export type ReportEnd = Readonly<z.infer<typeof reportEndSchema>>;

/** The schema of `report --json`: one object, which is written as its rows come. */
export const reportSchema = z.strictObject({
  rows: z.array(reportRowSchema).readonly(),
  shard: shard.exactOptional(),
  summary: reportSummarySchema,
});
