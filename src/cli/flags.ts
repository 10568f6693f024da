import { boolean, integer, string } from '@oclif/core/flags';

/** Flags of every command that may speak to a registry. */
export const registryFlags = {
  'plain-http': boolean({
    summary: 'Speak http with the registry; loopback hosts do so anyway',
    helpGroup: 'REGISTRY',
  }),
  concurrency: integer({
    summary: 'How many requests and files are under way at a time',
    helpValue: 'N',
    default: 5,
    min: 1,
    max: 100,
    helpGroup: 'REGISTRY',
  }),
};

/** Which child of an index is meant. */
export const platformFlag = {
  platform: string({
    summary: 'Choose this child of an index, like linux/arm64',
    helpValue: 'OS/ARCH[/VARIANT]',
  }),
};

/** How files become an artifact; shared by push and attach. */
export const packFlags = {
  annotation: string({
    char: 'a',
    summary: 'Annotation of the artifact; can be given several times',
    helpValue: 'KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'layer-annotation': string({
    summary: 'Annotation of one file; can be given several times',
    helpValue: 'FILE:KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'annotation-file': string({
    summary: 'JSON file with annotations: {"$manifest": {…}, "$config": {…}, "FILE": {…}}',
    helpValue: 'FILE',
  }),
  config: string({
    summary: 'File with JSON metadata, as the config of the artifact',
    helpValue: 'FILE[:TYPE]',
  }),
  name: string({
    summary: 'Name for standard input where it is written as -',
    helpValue: 'FILE',
  }),
  created: string({
    summary:
      'Write org.opencontainers.image.created: "now" or an RFC 3339 date-time; SOURCE_DATE_EPOCH is used as well',
    helpValue: 'now|TIME',
  }),
  'export-manifest': string({
    summary: 'Write the manifest to this file, too',
    helpValue: 'FILE',
  }),
  'dry-run': boolean({
    summary: 'Show the manifest and the digests, and write nothing',
  }),
};
