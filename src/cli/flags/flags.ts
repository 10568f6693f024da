import { boolean, integer, option, string } from '@oclif/core/flags';

/** The file of stored credentials. */
export const authFileFlag = {
  'auth-file': string({
    summary: 'The only file of stored credentials [default: REGISTRY_AUTH_FILE, else those of Docker and Podman]',
    helpValue: 'FILE',
    helpGroup: 'REGISTRY',
  }),
};

/** Flags of every command that may connect to a registry; `connection.ts` turns them into options. */
export const registryFlags = {
  'plain-http': boolean({
    summary: 'Use http (no: https) [default: https, but on this machine what the port speaks]',
    allowNo: true,
    helpGroup: 'REGISTRY',
  }),
  insecure: boolean({
    summary: "Do not verify the registry's certificate",
    helpGroup: 'REGISTRY',
  }),
  'ca-file': string({
    summary: 'Trust the certificates of this file (PEM) as well',
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
    summary: 'Header for every request to the registry; can be given several times',
    helpValue: 'NAME:VALUE',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'REGISTRY',
  }),
  username: string({
    char: 'u',
    summary: 'User name, with --password-stdin; replaces stored credentials',
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
    summary: 'Read an identity token from standard input',
    helpGroup: 'REGISTRY',
  }),
  ...authFileFlag,
  concurrency: integer({
    summary: 'Requests and files at a time [default: 32 requests, 64 in report, 5 files]',
    helpValue: 'N',
    min: 1,
    max: 100,
    helpGroup: 'REGISTRY',
  }),
  timeout: integer({
    summary: 'Seconds without a byte after which a request fails',
    helpValue: 'SECONDS',
    default: 30,
    min: 1,
    max: 3600,
    helpGroup: 'REGISTRY',
  }),
  'max-wait': integer({
    summary: 'Seconds to wait at most when the registry asks to wait',
    helpValue: 'SECONDS',
    default: 60,
    min: 0,
    max: 86400,
    helpGroup: 'REGISTRY',
  }),
  referrers: option({ options: ['auto', 'api', 'tag'] as const })({
    summary: 'Where the registry lists what is attached: Referrers API, referrers tag, or what it has',
    default: 'auto' as const,
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
    summary: 'Send blobs in requests of this size, like 16MiB [default: whole, in chunks where needed]',
    helpValue: 'SIZE',
    helpGroup: 'REGISTRY',
  }),
};

/** How much a place that is read may unpack to: a compressed archive, and the layers that are unpacked of it. */
export const unpackFlag = {
  'max-unpacked': string({
    summary:
      'Unpack at most this much of archives and layers, like 5GiB [default: 200 times their size, 1GiB to 64GiB]',
    helpValue: 'SIZE',
  }),
};

/** Which child of an index is meant. */
export const platformFlag = {
  platform: string({
    summary: 'Choose this platform of an index, like linux/arm64/v8',
    helpValue: 'OS/ARCH',
  }),
};

/** How much a command that looks for attachments or platforms may meet. */
export const limitFlag = {
  'max-items': integer({
    summary: 'Most attachments and entries of indexes to read; more end the command with 6 [default: 100000]',
    helpValue: 'N',
    min: 1,
  }),
};

/** Whether a written list of referrers is read a second time. */
export const settleFlag = {
  settle: boolean({
    summary: 'Without the Referrers API, look again after a moment whether another writer undid the change',
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
    summary: 'Annotation of one file; repeatable',
    helpValue: 'FILE:KEY=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'annotation-file': string({
    summary: 'JSON file: {"$manifest": {…}, "$config": {…}, "FILE": {…}}',
    helpValue: 'FILE',
  }),
  config: string({
    summary: 'JSON file as the config of the artifact',
    helpValue: 'FILE[:TYPE]',
  }),
  name: string({
    summary: 'Name for standard input, given as -',
    helpValue: 'FILE',
  }),
  created: string({
    summary: 'Time of creation [default: SOURCE_DATE_EPOCH, else that of the document]',
    helpValue: 'now|TIME',
  }),
  'export-manifest': string({
    summary: 'Write the manifest to this file as well; - is standard output',
    helpValue: 'FILE',
  }),
  'dry-run': boolean({
    summary: 'Show the manifest, and write nothing',
  }),
};

/** The flag of results that a terminal shows shortened. */
export const noTruncFlag = {
  'no-trunc': boolean({ summary: 'Show whole digests and names, in lines of any length', default: false }),
};
