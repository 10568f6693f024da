import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { limitFlag, registryFlags, settleFlag } from '../cli/flags/flags.js';
import { RemoraError } from '../errors.js';

/** `remora annotate` */
export default class Annotate extends BaseCommand {
  static override summary = 'Set and remove annotations of a manifest or index';
  static override description =
    'Writes a new manifest, whose other members are byte for byte the same, and moves the tag to it. The digest changes: what is attached to the old digest stays with it, and no signature covers the new one. Writers at the same time lose nothing.';
  static override examples = [
    {
      description: 'Set one annotation and remove another',
      command: '<%= config.bin %> annotate ghcr.io/acme/app:v1 org.opencontainers.image.vendor=Acme org.example.draft-',
    },
    {
      description: 'Only if the tag still names this digest',
      command:
        '<%= config.bin %> annotate oci:./layout:v1@sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae org.example.tested=yes',
    },
  ];
  static override args = {
    reference: string({
      description: 'Image or artifact: host/repo:tag, host/repo@digest or oci:PATH:TAG',
      required: true,
      ignoreStdin: true,
    }),
    annotations: string({
      description: 'KEY=VALUE sets an annotation, KEY- removes it',
      required: true,
      multiple: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    'dry-run': boolean({ summary: 'Show what would be written, and write nothing' }),
    platform: stringFlag({ hidden: true }),
    ...limitFlag,
    ...settleFlag,
    ...registryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Annotate);
    if (flags.platform !== undefined) throw platformAsked();
    const [{ annotationChanges }, output, { resolvePlace }, { annotate }] = await Promise.all([
      import('../cli/input/annotation-arguments.js'),
      import('../cli/output/annotate.js'),
      import('../operations/places/location.js'),
      import('../operations/annotate/annotate.js'),
    ]);
    const { changes, notes } = annotationChanges(args.annotations);
    for (const note of notes) this.note(note);
    const place = resolvePlace(args.reference);
    const result = await annotate(place, changes, {
      ...(await this.access(flags, place)),
      dryRun: flags['dry-run'],
      settle: flags.settle,
    });
    this.print(output.renderAnnotated(result));
    for (const note of output.annotateNotes(result)) this.note(note);
    return result;
  }
}

/** The manifest of a platform is named by its index, so that the index would change with it. */
function platformAsked(): RemoraError {
  return new RemoraError('INVALID_ARGUMENT', 'annotate does not take --platform: the index would name another digest', {
    hint: 'Annotate the entry of the index with remora index annotate, or the manifest by its digest',
  });
}
