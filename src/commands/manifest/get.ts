import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { limitFlag, platformFlag, registryFlags, unpackFlag } from '../../cli/flags/flags.js';
import { harmlessJson, jsonText } from '../../cli/output/text.js';
import type { Place } from '../../oci/names/place.js';
import type { ReadManifestOptions } from '../../operations/manifest/read-manifest.js';

/** `remora manifest get` */
export default class ManifestGet extends BaseCommand {
  static override summary = 'Print a manifest or index, byte for byte';
  static override description =
    'The bytes are verified by their digest and printed unchanged, without a newline at the end. On a terminal, control characters are escaped.';
  static override examples = [
    { description: 'Show the layers', command: '<%= config.bin %> manifest get ghcr.io/acme/app:v1 | jq .layers' },
    {
      description: 'Fetch the config into a file',
      command: '<%= config.bin %> manifest get --config -o config.json oci:./layout:v1',
    },
    {
      description: 'Show one platform, indented',
      command: '<%= config.bin %> manifest get --pretty --platform linux/arm64 ghcr.io/acme/app:v1',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    output: stringFlag({ char: 'o', summary: 'Write to this file; - is standard output', helpValue: 'FILE' }),
    config: boolean({ summary: 'Print the config that the manifest names, instead' }),
    pretty: boolean({ summary: 'Indent the JSON, which gives it another digest' }),
    ...platformFlag,
    ...limitFlag,
    ...unpackFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ManifestGet);
    const [{ lookedAt }, { parsePlatform }, { outputFile }] = await Promise.all([
      import('../../operations/looked/looked-at.js'),
      import('../../oci/values/platform.js'),
      import('../../cli/output/file.js'),
    ]);
    const { place, ...begun } = lookedAt(args.reference);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const writeFile = await outputFile(flags.output, this.signal);
    const options = { ...(await this.access(flags, place)), ...begun, platform };
    const { result, document } = flags.config ? await configAt(place, options) : await manifestAt(place, options);
    const isPretty = flags.pretty && document !== undefined;
    const output = isPretty ? Buffer.from(`${jsonText(document)}\n`) : result.bytes;
    if (writeFile !== undefined) await writeFile(output);
    else if (!this.jsonEnabled()) this.#show(output);
    return result;
  }

  #show(bytes: Uint8Array): void {
    this.stdout.write(this.stdout.isTTY ? `${harmlessJson(Buffer.from(bytes).toString()).trimEnd()}\n` : bytes);
  }
}

type At = readonly [place: Place, options: ReadManifestOptions];

async function manifestAt(...at: At) {
  const result = await (await import('../../operations/manifest/read-manifest.js')).readManifest(...at);
  return { result, document: result.manifest };
}

async function configAt(...at: At) {
  const result = await (await import('../../operations/manifest/read-config.js')).readConfig(...at);
  return { result, document: result.config };
}
