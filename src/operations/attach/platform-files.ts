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

/** A target with its files, which exist and are recognised. */
export interface PlannedTarget {
  readonly target: KnownTarget;
  readonly plan: PackPlan;
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
 *   not recognised), `AMBIGUOUS` (two manifests of one platform), `MALFORMED` (a platform that cannot be in a path), `IO`
 */
export async function planPlatforms(
  targets: readonly KnownTarget[],
  inputs: readonly PlatformInput[],
  options: PackOptions,
): Promise<readonly PlannedTarget[]> {
  const wanted = targets.map((target) => ({
    target,
    files: inputs.map(({ input, pathFor }) => ({ ...input, path: pathFor(target.platform) })),
  }));
  checkApart(wanted);
  await checkThere(wanted);
  const planned: PlannedTarget[] = [];
  for (const { target, files } of wanted) {
    const plan = await recogniseInputs(await planPack(files, options), options, { required: true });
    planned.push({ target, plan });
  }
  return planned;
}

interface Wanted {
  readonly target: KnownTarget;
  readonly files: readonly { readonly path: string }[];
}

/** Refuses a file that two platforms would share: it was made from one of them. */
function checkApart(wanted: readonly Wanted[]): void {
  const seen = new Map<string, KnownTarget>();
  for (const { target, files } of wanted) {
    const paths = files.map(({ path }) => path);
    const key = JSON.stringify(paths);
    const other = seen.get(key);
    if (other !== undefined) throw sharedFiles(paths, other, target);
    seen.set(key, target);
  }
}

function sharedFiles(paths: readonly string[], ...pair: readonly KnownTarget[]): RemoraError {
  const [one, two] = pair.map(({ platform }) => formatPlatform(platform));
  const names = paths.join(', ');
  const digests = pair.map(({ descriptor }) => descriptor.digest);
  if (one === two)
    return new RemoraError('AMBIGUOUS', `${names} would be for ${digests.join(' and ')}, both of platform ${one}`, {
      candidates: digests,
      hint: 'Attach to each of them by its digest',
    });
  return new RemoraError('INVALID_ARGUMENT', `the template names ${names} for both ${one} and ${two}`, {
    found: names,
    hint: 'Add the placeholder that tells them apart: {os}, {arch}, {variant} or {os.version}',
  });
}

/** @throws RemoraError `NOT_FOUND` with each missing file and its platform */
async function checkThere(wanted: readonly Wanted[]): Promise<void> {
  const missing: string[] = [];
  const paths: string[] = [];
  for (const { target, files } of wanted) {
    for (const { path } of files) {
      if ((await orUndefined(localFile(path), 'NOT_FOUND')) !== undefined) continue;
      missing.push(`${path} for ${formatPlatform(target.platform)}`);
      paths.push(path);
    }
  }
  if (missing.length === 0) return;
  throw new RemoraError('NOT_FOUND', `${missing.join(', ')}: no such file; nothing was attached`, {
    candidates: paths,
    hint: `Check the template; the current directory is ${process.cwd()}`,
  });
}
