import { RemoraError } from '../../errors.js';
import type { Platform } from '../../oci/values/platform.js';
import type { ManifestSelector, Source } from '../../store/interfaces/store.js';
import { ItemLimit } from '../attached/item-limit.js';
import { platformManifest } from '../attached/platform.js';
import { selectAttached } from '../attached/select.js';
import type { LookSelection } from '../attached/selection.js';
import { resolveSubject } from '../attached/subject.js';
import { type LookOptions, wholeSelector } from '../looked/whole-digest.js';
import type { ElsewhereOptions } from '../places/elsewhere.js';
import type { AccessOptions } from '../places/location.js';
import { platformOf } from '../places/platform-option.js';
import { trustToUse, type UseOptions } from '../verified/options.js';
import { LeftOut } from './left-out.js';
import { type PartOptions, parseParts } from './part-options.js';
import { chooseParts } from './parts.js';
import { manifestReader, manifestsOf, ownFiles, type Wanted, type WantedOptions } from './wanted-manifests.js';

/** Options that select the files. */
export interface SelectOptions extends AccessOptions, LookOptions, ElsewhereOptions, UseOptions, PartOptions {
  /** Take this child of an index: `os/architecture[/variant]`. @default the index */
  readonly platform?: string | Platform | undefined;
  /** Take the files of these attachments; one must match, unless `latest` or `all`. @default the artifact's own files */
  readonly selection?: LookSelection | undefined;
  /**
   * Take the predicates of in-toto statements, DSSE envelopes and Sigstore bundles instead of the files themselves.
   * Without `verify`, signatures are not verified. @default false
   */
  readonly unwrap?: boolean | undefined;
}

/** @throws RemoraError `INVALID_ARGUMENT` for a malformed platform and for trust without use, before a store is opened */
export function wantedOptions(options: SelectOptions): WantedOptions {
  const { platform, selection, signal, maxItems } = options;
  const trust = trustToUse(options);
  const beginning = options.digestBeginning ?? selection?.digestBeginning;
  if (trust !== undefined && beginning !== undefined)
    throw new RemoraError('INVALID_ARGUMENT', `digest ${beginning} is only a beginning, and verify takes all digits`, {
      found: beginning,
      hint: 'Print the whole digest with remora discover --no-trunc, and name that',
    });
  const parts = parseParts(options);
  const { digestBeginning } = options;
  const limit = new ItemLimit(maxItems);
  return { platform: platformOf(platform), selection, parts, signal, limit, trust, digestBeginning, maxItems };
}

/**
 * Finds the wanted files: those of the manifest, or of its selected attachments. An attachment that is an index stands for
 * the manifests below it.
 *
 * @param mayLeaveOut true where a manifest that cannot be read is left out, if all attachments are wanted
 * @throws RemoraError `NO_MATCH` for an image, whose layers are not files, and where no file fits; as {@link selectAttached}
 */
export async function wantedFiles(
  source: Source,
  selector: ManifestSelector,
  options: WantedOptions,
  mayLeaveOut = false,
): Promise<Wanted> {
  const whole = await wholeSelector(source, selector, options);
  const wanted = await allFiles(source, whole, options, mayLeaveOut);
  const { parts, signal, selection } = options;
  return chooseParts(source, wanted, parts, { signal, isAttached: selection !== undefined });
}

async function allFiles(
  source: Source,
  selector: ManifestSelector,
  options: WantedOptions,
  mayLeaveOut: boolean,
): Promise<Wanted> {
  const { platform, selection, trust, signal, limit } = options;
  if (trust !== undefined) {
    const { verifiedFiles } = await import('./verified-files.js');
    return verifiedFiles(source, selector, { ...options, trust }, mayLeaveOut);
  }
  if (selection === undefined) {
    const manifest = await platformManifest(source, selector, platform, { signal, limit });
    const reference = source.format({ digest: manifest.descriptor.digest });
    return { reference, manifests: [ownFiles(source, manifest, options)], leftOut: new LeftOut(false) };
  }
  const subject = await resolveSubject(source, selector, platform, { signal, limit });
  const mayMiss = mayLeaveOut && selection.all === true;
  const leftOut = new LeftOut(mayMiss);
  const onUnasked = mayMiss ? (way: string, error: unknown) => leftOut.failed(way, error) : undefined;
  const attachments = await selectAttached(source, subject, selection, { signal, limit, onUnasked });
  const manifests = await manifestsOf(attachments, manifestReader(source, leftOut, signal));
  return { reference: source.format({ digest: subject.descriptor.digest }), manifests, leftOut };
}
