import { RemoraError } from '../../errors.js';
import { orUndefined } from '../../io/async/or-undefined.js';
import { localFile } from '../../io/files/local-file.js';
import { quote } from '../../oci/text/quote.js';
import { formatPlatform } from '../../oci/values/platform.js';
import { type FileInput, fileInputs } from '../pack/inputs.js';
import { type PackOptions, type PackPlan, planPack } from '../pack/plan.js';
import { recogniseInputs } from '../pack/recognise.js';
import { type PlatformTemplate, parsePlatformTemplate } from './platform-template.js';
import type { KnownTarget } from './targets.js';

/** A file for each platform. */
export interface PlatformInput {
  readonly input: Extract<FileInput, { readonly path: string }>;
  readonly pathFor: PlatformTemplate;
}

/** A platform with its files, which exist and are recognised. */
export interface PlannedPlatform {
  readonly plan: PackPlan;
  /** Several where the index has a platform several times, as for layers that are compressed in two ways. */
  readonly targets: readonly KnownTarget[];
}

/**
 * Parses the paths of files as templates.
 *
 * @throws RemoraError `INVALID_ARGUMENT`: no file, content without a path, or a path that {@link parsePlatformTemplate} refuses
 */
export function platformInputs(files: readonly (string | FileInput)[]): readonly PlatformInput[] {
  if (files.length === 0)
    throw new RemoraError('INVALID_ARGUMENT', 'attaching to each platform needs the path of a file with placeholders', {
      hint: 'Write it like sbom-{os}-{arch}{variant}.spdx.json',
    });
  return fileInputs(files).map((input) => {
    if ('path' in input) return { input, pathFor: parsePlatformTemplate(input.path) };
    throw new RemoraError('INVALID_ARGUMENT', `${quote(input.name)} is content without a path: it has no platform`, {
      hint: 'Write it into a file for each platform',
    });
  });
}

/**
 * Looks for the files of all targets, then recognises them: all before anything is written.
 *
 * @throws RemoraError `NOT_FOUND` with all that are missing, `INVALID_ARGUMENT` (a file would serve two platforms, or is
 *   not recognised), `AMBIGUOUS` (platforms that no placeholder tells apart), `MALFORMED` (a platform that cannot be in a path), `IO`
 */
export async function planPlatforms(
  targets: readonly KnownTarget[],
  inputs: readonly PlatformInput[],
  options: PackOptions,
): Promise<readonly PlannedPlatform[]> {
  const wanted = byPlatform(targets).map(([first, ...others]) => ({
    targets: [first, ...others] as const,
    files: inputs.map(({ input, pathFor }) => ({
      input: { ...input, path: pathFor(first.platform) },
      withoutVariant: pathFor({ ...first.platform, variant: undefined }),
    })),
  }));
  checkApart(wanted);
  await checkThere(wanted);
  const planned: PlannedPlatform[] = [];
  for (const { targets: own, files } of wanted) {
    const checked = await planPack(
      files.map(({ input }) => input),
      options,
    );
    const plan = await recogniseInputs(checked, options, { required: true });
    planned.push({ plan, targets: own });
  }
  return planned;
}

type SamePlatform = readonly [KnownTarget, ...KnownTarget[]];

function byPlatform(targets: readonly KnownTarget[]): readonly SamePlatform[] {
  const groups = new Map<string, [KnownTarget, ...KnownTarget[]]>();
  for (const target of targets) {
    const { os, architecture, variant, ...more } = target.platform;
    const key = JSON.stringify([os, architecture, variant, more['os.version'], more['os.features']]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [target]);
    else group.push(target);
  }
  return [...groups.values()];
}

interface Wanted {
  readonly targets: SamePlatform;
  readonly files: readonly { readonly input: PlatformInput['input']; readonly withoutVariant: string }[];
}

/** Refuses a file that two platforms would share: it was made from one of them, unless both are one manifest. */
function checkApart(wanted: readonly Wanted[]): void {
  const seen = new Map<string, SamePlatform>();
  for (const { targets, files } of wanted) {
    for (const path of new Set(files.map(({ input }) => input.path))) {
      const other = seen.get(path);
      const all = new Set([...(other ?? []), ...targets].map(({ descriptor }) => descriptor.digest));
      if (other !== undefined && all.size > 1) throw sharedFile(path, other[0], targets[0]);
      seen.set(path, targets);
    }
  }
}

function sharedFile(path: string, ...pair: readonly KnownTarget[]): RemoraError {
  const [one, two] = pair.map(({ platform }) => formatPlatform(platform));
  const digests = pair.map(({ descriptor }) => descriptor.digest);
  if (one === two)
    return new RemoraError(
      'AMBIGUOUS',
      `${path} would be for ${digests.join(' and ')}, which are both ${one}, with other features`,
      {
        candidates: digests,
        hint: 'Attach to each of them by its digest',
      },
    );
  return new RemoraError('INVALID_ARGUMENT', `the template names ${path} for both ${one} and ${two}`, {
    found: path,
    hint: 'Add the placeholder that tells them apart: {os}, {arch}, {variant} or {os.version}',
  });
}

/** @throws RemoraError `NOT_FOUND` with each missing file and its platform */
async function checkThere(wanted: readonly Wanted[]): Promise<void> {
  const missing: string[] = [];
  const paths: string[] = [];
  let near: string | undefined;
  for (const { targets, files } of wanted) {
    const [{ platform }] = targets;
    for (const { input, withoutVariant } of files) {
      if (await isThere(input.path)) continue;
      missing.push(`${input.path} for ${formatPlatform(platform)}`);
      paths.push(input.path);
      if (await isThere(withoutVariant)) near ??= withoutVariant;
    }
  }
  if (missing.length === 0) return;
  throw new RemoraError('NOT_FOUND', `${missing.join(', ')}: no such file; nothing was attached`, {
    candidates: paths,
    hint:
      near === undefined
        ? `Check the template; the current directory is ${process.cwd()}`
        : `${near} is there: rename it, or leave out {variant}`,
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await orUndefined(localFile(path), 'NOT_FOUND')) !== undefined;
}
