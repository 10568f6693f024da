import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../../cli/command/base-command.js';
import { platformFlag, registryFlags } from '../../cli/flags/flags.js';
import { harmlessJson, jsonText } from '../../cli/output/text.js';

/** `remora manifest get` */
export default class ManifestGet extends BaseCommand {
  static override summary = 'Print a manifest or index, byte for byte';
  static override description =
    'The bytes are verified by their digest and printed as they are, without a newline at the end; on a terminal what acts on it is escaped.';
  static override examples = [
    { description: 'For a program', command: '<%= config.bin %> manifest get ghcr.io/acme/app:v1 | jq .layers' },
    { description: 'Into a file', command: '<%= config.bin %> manifest get -o manifest.json oci:./layout:v1' },
    {
      description: 'One platform, for reading',
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
    pretty: boolean({ summary: 'Indent it: the same JSON, with another digest' }),
    ...platformFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ManifestGet);
    const [{ parsePlace }, { parsePlatform }, { outputFile }, { readManifest }] = await Promise.all([
      import('../../oci/names/place.js'),
      import('../../oci/values/platform.js'),
      import('../../cli/output/file.js'),
      import('../../operations/manifest/read-manifest.js'),
    ]);
    const place = parsePlace(args.reference);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const writeFile = await outputFile(flags.output, this.signal);
    const result = await readManifest(place, { ...(await this.access(flags, place)), platform });
    const output = flags.pretty ? Buffer.from(`${jsonText(result.manifest)}\n`) : result.bytes;
    if (writeFile !== undefined) await writeFile(output);
    else if (!this.jsonEnabled()) this.#show(output);
    return result;
  }

  #show(bytes: Uint8Array): void {
    this.stdout.write(this.stdout.isTTY ? `${harmlessJson(Buffer.from(bytes).toString()).trimEnd()}\n` : bytes);
  }
}
