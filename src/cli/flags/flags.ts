import { boolean, integer, string } from '@oclif/core/flags';

/** Flags of every command that may speak to a registry; `connection.ts` makes options of them. */
export const registryFlags = {
  'plain-http': boolean({
    summary: 'Speak http with the registry; loopback hosts do so anyway',
    helpGroup: 'REGISTRY',
  }),
  insecure: boolean({
    summary: "Do not verify the certificates of the registry's host",
    helpGroup: 'REGISTRY',
  }),
  'ca-file': string({
    summary: 'Trust the certificates of this file (PEM), too',
    helpValue: 'FILE',
    helpGroup: 'REGISTRY',
  }),
  'cert-file': string({
    summary: 'Client certificate (PEM) for the registry',
    helpValue: 'FILE',
    dependsOn: ['key-file'],
    helpGroup: 'REGISTRY',
  }),
  'key-file': string({
    summary: 'Key of the client certificate (PEM)',
    helpValue: 'FILE',
    dependsOn: ['cert-file'],
    helpGroup: 'REGISTRY',
  }),
  header: string({
    char: 'H',
    summary: 'Header for every request to the registry, and to no other host; can be given several times',
    helpValue: 'NAME:VALUE',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'REGISTRY',
  }),
  username: string({
    char: 'u',
    summary: 'User name for the registry, with --password-stdin; stored credentials are not asked for then',
    helpValue: 'NAME',
    dependsOn: ['password-stdin'],
    helpGroup: 'REGISTRY',
  }),
  'password-stdin': boolean({
    summary: 'Read the password from standard input',
    dependsOn: ['username'],
    exclusive: ['identity-token-stdin'],
    helpGroup: 'REGISTRY',
  }),
  'identity-token-stdin': boolean({
    summary: 'Read an identity token (an OAuth refresh token) from standard input',
    helpGroup: 'REGISTRY',
  }),
  concurrency: integer({
    summary: 'How many requests and files are under way at a time [default: 32 requests, 5 files]',
    helpValue: 'N',
    min: 1,
    max: 100,
    helpGroup: 'REGISTRY',
  }),
  timeout: integer({
    summary: 'Seconds without a byte, in either direction, after which a request has failed',
    helpValue: 'SECONDS',
    default: 30,
    min: 1,
    max: 3600,
    helpGroup: 'REGISTRY',
  }),
  'max-wait': integer({
    summary: 'Seconds to wait at most when the registry asks to come back later',
    helpValue: 'SECONDS',
    default: 60,
    min: 0,
    max: 86400,
    helpGroup: 'REGISTRY',
  }),
  debug: boolean({
    summary: 'Print every request on standard error, without secrets',
    helpGroup: 'REGISTRY',
  }),
};

/** How blobs are sent to a registry. */
export const uploadFlags = {
  'chunk-size': string({
    summary: 'Send blobs in requests of at most this size, like 16MiB [default: whole, in chunks where it is needed]',
    helpValue: 'SIZE',
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

/** Whether a list of referrers is looked at a second time after it was written. */
export const settleFlag = {
  settle: boolean({
    summary: 'Without the Referrers API, look again after a moment that no other writer undid the change of the list',
    default: true,
    allowNo: true,
    helpGroup: 'REGISTRY',
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
      'Write org.opencontainers.image.created: "now" or an RFC 3339 date-time; SOURCE_DATE_EPOCH is used as well [default: the date in the document]',
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
