import { string } from '@oclif/core/args';
import { boolean, integer, option, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/base-command.js';
import { exitCodeFor } from '../cli/exit-codes.js';
import { platformFlag, registryFlags } from '../cli/flags.js';
import { renderTable, renderTree } from '../cli/render-referrers.js';
import { painter } from '../cli/text.js';
import { isRemoraError } from '../errors.js';

/** `remora discover` */
export default class Discover extends BaseCommand {
  static override summary = 'List everything that is attached to an image or artifact';
  static override description =
    `Asks the Referrers API and the referrers tag of a registry, or all entries and lists of a layout, and goes on to what is attached to what is attached. How each one was found stands behind it.

An empty list means that every place was asked and answered. Where a place could not be asked, the rest is shown, the place is named, and the exit code is that of the failure.`;
  static override aliases = ['referrers'];
  static override examples = [
    { description: 'A tree of everything', command: '<%= config.bin %> discover ghcr.io/acme/app:v1' },
    {
      description: 'SBOMs, and what leads to them',
      command: '<%= config.bin %> discover --artifact-type application/spdx+json oci:./layout:v1',
    },
    {
      description: 'For a program',
      command: '<%= config.bin %> discover --json ghcr.io/acme/app:v1 | jq .referrers[].digest',
    },
  ];
  static override args = {
    subject: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    'artifact-type': stringFlag({ summary: 'Show only this type, and what leads to it', helpValue: 'TYPE' }),
    depth: integer({ summary: 'Levels below the subject [default: all]', helpValue: 'N', min: 1 }),
    format: option({ options: ['tree', 'table', 'json'] as const })({
      summary: 'How to show the result',
      default: 'tree' as const,
    }),
    annotations: boolean({ summary: 'Show annotations in the tree', default: false }),
    ...platformFlag,
    ...registryFlags,
  };

  override jsonEnabled(): boolean {
    return (
      super.jsonEnabled() ||
      this.argv.some(
        (word, index) => word === '--format=json' || (word === '--format' && this.argv[index + 1] === 'json'),
      )
    );
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Discover);
    const [{ parsePlace }, { parsePlatform }, { discover }, { resolvePlatform }, { isIndexType, parseMediaType }] =
      await Promise.all([
        import('../oci/place.js'),
        import('../oci/platform.js'),
        import('../operations/discover.js'),
        import('../operations/platform-child.js'),
        import('../oci/media-types.js'),
      ]);
    const place = parsePlace(args.subject);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const artifactType =
      flags['artifact-type'] === undefined ? undefined : parseMediaType(flags['artifact-type'], 'artifact type');
    const store = await this.open(place, flags);
    const subject = await resolvePlatform(store, place, platform, { signal: this.signal });
    const { result, failure } = await discover(store, subject, {
      artifactType,
      depth: flags.depth,
      signal: this.signal,
    });

    const paint = painter(this.stdout);
    this.print(
      flags.format === 'table' ? renderTable(result) : renderTree(result, paint, { annotations: flags.annotations }),
    );
    for (const { place: unasked, error } of result.incomplete) this.note(`could not ask ${unasked}: ${error.message}`);
    if (failure !== undefined) {
      process.exitCode = exitCodeFor(failure);
      this.note(`more may be attached${isRemoraError(failure) && failure.hint ? `: ${failure.hint}` : ''}`);
    } else if (result.referrers.length === 0 && !this.jsonEnabled()) {
      const what = artifactType === undefined ? 'nothing' : `nothing of type ${artifactType}`;
      const where = isIndexType(result.mediaType)
        ? ' to the index itself; choose one of its platforms with --platform'
        : '';
      this.note(`${what} is attached${where}`);
    }
    return result;
  }
}
