import { boolean, integer, option, string } from '@oclif/core/flags';
import { policyFlag, trustFlags } from './trust.js';

export const REPORT_FORMATS = ['table', 'json', 'jsonl', 'csv', 'markdown', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Flags of `report` alone. */
export const reportFlags = {
  from: string({
    summary:
      'Read references from a list, or from YAML of Kubernetes, compose or Helm; - is standard input; repeatable',
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'all-tags': boolean({ summary: 'Take all tags of repositories named without one', default: false }),
  tag: string({
    summary: "Take the tags that fit of repositories named without one, like 'v1.*'; repeatable",
    helpValue: 'PATTERN',
    multiple: true,
    multipleNonGreedy: true,
  }),
  column: string({
    summary: 'Show this kind; repeatable [default: sbom, signature, provenance, vex, scan]',
    helpValue: 'KIND[@FORMAT]',
    multiple: true,
    multipleNonGreedy: true,
  }),
  format: option({ options: REPORT_FORMATS })({ summary: 'How to show the rows', default: 'table' as const }),
  require: string({
    summary: 'Exit with 3 unless all images have this; with a trust, with 5 unless it is verified; repeatable',
    helpValue: 'KIND[@FORMAT]',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'GATE',
  }),
  shard: string({
    summary: 'Take a share of the references, like 1/4, chosen by their text alone',
    helpValue: 'I/N',
    helpGroup: 'SHARD',
  }),
  merge: boolean({
    summary: 'Ask no registry: join the rows of --format jsonl in the files given as REFERENCES',
    exclusive: ['from', 'all-tags', 'tag', 'shard', 'column'],
    helpGroup: 'SHARD',
  }),
  ...trustFlags,
  ...policyFlag,
  'max-signatures': integer({
    summary: 'Signatures of an image to judge at most [default: 1000]',
    helpValue: 'N',
    min: 1,
    helpGroup: 'TRUST',
  }),
};
