import { readFile } from 'node:fs/promises';
import { string } from '@oclif/core/args';
import { boolean, string as stringFlag } from '@oclif/core/flags';
import { BaseCommand } from '../cli/command/base-command.js';
import { copySelection, copySelectionFlags, sideOptions, twoRegistryFlags } from '../cli/flags/copy.js';
import { platformFlag, registryFlags, settleFlag, uploadFlags } from '../cli/flags/flags.js';
import { describeObject, describePlan, renderCopy } from '../cli/output/copy.js';
import { isRemoraError } from '../errors.js';
import { fileError } from '../io/files/system-error.js';
import type { Place } from '../oci/names/place.js';
import type { CopyOptions, CopyResult } from '../operations/copy/into-store.js';
import type { CopyPlan } from '../operations/copy/plan.js';
import type { OpenStoreOptions } from '../store/open.js';

/** `remora copy` */
export default class Copy extends BaseCommand {
  static override summary = 'Copy an image or artifact, with all its attachments';
  static override description =
    'Copies between registries, image layouts and archives of these. Digests never change, and tags are written last. The same command again continues an interrupted copy.';
  static override aliases = ['cp'];
  static override examples = [
    {
      description: 'Copy an image with its SBOMs and signatures to another registry',
      command: '<%= config.bin %> copy -r ghcr.io/acme/app:v1 registry.example.com/acme/app',
    },
    {
      description: 'Copy into a file for a closed network',
      command: '<%= config.bin %> copy -r ghcr.io/acme/app:v1 oci-archive:app.tar',
    },
    {
      description: 'Back up a whole repository',
      command: '<%= config.bin %> copy -r --all-tags ghcr.io/acme/app oci-archive:backup.tar',
    },
  ];
  static override args = {
    source: string({
      description: 'host/repo:tag, host/repo@digest, oci:PATH:TAG or oci-archive:FILE:TAG',
      required: true,
      ignoreStdin: true,
    }),
    destination: string({
      description: 'host/repo[:tag,…], oci:PATH[:TAG,…] or oci-archive:FILE[:TAG,…]; without a tag the same one',
      required: true,
      ignoreStdin: true,
    }),
  };
  static override flags = {
    recursive: boolean({ char: 'r', summary: 'Copy all attachments as well, at every depth', default: false }),
    ...platformFlag,
    ...copySelectionFlags,
    convert: boolean({ summary: 'List the attachments under cosign tags as referrers as well', default: false }),
    'all-tags': boolean({ summary: 'Copy every tag of the repository', default: false }),
    tag: stringFlag({
      summary: "Copy the tags that fit, like 'v1.*'; can be given several times",
      helpValue: 'PATTERN',
      multiple: true,
      multipleNonGreedy: true,
    }),
    'tags-from': stringFlag({ summary: 'Copy the tags in this file, one a line', helpValue: 'FILE' }),
    'assume-complete': boolean({
      summary: 'Assume that a manifest at the destination has all its blobs',
      default: false,
    }),
    overwrite: boolean({ summary: 'Replace an archive that exists', default: false }),
    'dry-run': boolean({ summary: 'Show what would be copied, and write nothing', default: false }),
    verbose: boolean({ summary: 'Print a line for each object on standard error', default: false }),
    ...settleFlag,
    ...uploadFlags,
    ...registryFlags,
    ...twoRegistryFlags,
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(Copy);
    const [
      { copyPlaces, copyRoots },
      { planCopy, sizeOf },
      { copy },
      { copyToArchive },
      { CopyAhead },
      { parsePlatform },
    ] = await Promise.all([
      import('../operations/copy/roots.js'),
      import('../operations/copy/plan.js'),
      import('../operations/copy/into-store.js'),
      import('../operations/copy/into-archive.js'),
      import('../operations/copy/ahead.js'),
      import('../oci/values/platform.js'),
    ]);
    const { signal } = this;
    const tagsFile = flags['tags-from'];
    const names =
      tagsFile === undefined && flags.tag === undefined && !flags['all-tags']
        ? undefined
        : {
            all: flags['all-tags'],
            patterns: flags.tag ?? [],
            listed: tagsFile === undefined ? [] : await readLines(tagsFile),
          };
    const { from, to } = copyPlaces(args.source, args.destination, names !== undefined);
    const selection = copySelection(flags);
    const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
    const recursive = flags.recursive || selection !== undefined;

    const connection = await this.connection(flags);
    const isOther = from.kind === 'registry' && to.place.kind === 'registry' && from.registry !== to.place.registry;
    const source = await this.openAt(from, sideOptions(connection, flags, 'source', isOther));
    const connectTo = sideOptions(connection, flags, 'destination', isOther);
    const archive =
      to.place.kind === 'archive'
        ? await (await import('../store/open.js')).openArchiveWriter(to.place.path, { overwrite: flags.overwrite })
        : undefined;
    // To open a registry sends nothing; what is there is asked for while the source is read.
    const registry =
      to.place.kind === 'registry' && !flags['dry-run']
        ? await this.openStoreAt(to.place, { ...connectTo, access: 'write' })
        : undefined;
    const ahead = registry && new CopyAhead(registry, { signal, trustDestination: flags['assume-complete'] });

    const roots = await copyRoots(source, from, to, { names, recursive, signal });
    const plan = await planCopy(source, roots, {
      platform,
      recursive,
      selection,
      convert: flags.convert,
      ahead,
      signal,
    });
    const view = flags['dry-run'] || flags.verbose ? undefined : await this.progressView();
    view?.expect(describePlan(plan), sizeOf(plan));
    const options: CopyOptions = {
      signal,
      onProgress: view?.onProgress,
      onObject: (object) => {
        view?.onDone(object.digest, object.size);
        if (flags.verbose) this.note(describeObject(object));
      },
      ahead,
      trustDestination: flags['assume-complete'],
      settle: flags.settle,
      concurrency: flags.concurrency,
      mountFrom: !isOther && from.kind === 'registry' && registry !== undefined ? from.repository : undefined,
    };
    const carryOut = async (): Promise<CopyResult> => {
      if (flags['dry-run']) return this.#dryRun(plan, to.place, connectTo);
      if (archive !== undefined) return copyToArchive(source, archive, plan, options);
      // A layout is made only when all of the source was found.
      return copy(source, registry ?? (await this.openStoreAt(to.place, { create: true })), plan, options);
    };
    const result = await carryOut();
    this.print(renderCopy(result));
    for (const { tag, replaced } of result.tags)
      if (replaced !== undefined) this.note(`tag ${tag} stood for ${replaced} before`);
    if (result.left.length > 0)
      this.note(
        `${result.left.length} attached manifests belong to the index, and stay there; copy it without --platform`,
      );
    return result;
  }

  async #dryRun(plan: CopyPlan, to: Place, connection: OpenStoreOptions): Promise<CopyResult> {
    const [{ plannedCopy }, { formatPlace }] = await Promise.all([
      import('../operations/copy/dry-run.js'),
      import('../oci/names/place.js'),
    ]);
    const open = to.kind === 'archive' ? undefined : this.openAt(to, connection);
    const store = await open?.catch((error: unknown) => {
      if (isRemoraError(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
    return plannedCopy(store, (selector) => formatPlace(to, selector), plan, { signal: this.signal });
  }
}

async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw fileError(error, path);
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
