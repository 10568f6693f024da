import type { Digest } from '../../oci/values/digest.js';
import type { Source } from '../../store/interfaces/store.js';
import type { AskedWays } from '../attached/asked-ways.js';
import type { AttachedWalk } from '../attached/walk.js';
import { type Holder, holdersOf, reported } from './holder.js';
import type { DeeperAttachments, DetachedAttachment } from './schema.js';
import { type DetachSelection, wantedOf } from './selection.js';

/**
 * The attachments of attachments that stay, at every depth, which fit the selection; undefined where there are none.
 *
 * @param account counts the ways that the walk could not ask: they stop no removal
 * @param known what goes, stays without its subject, or was a subject already
 */
export async function deeperThan(
  store: Source,
  walk: AttachedWalk,
  staying: readonly Holder[],
  selection: DetachSelection,
  account: AskedWays,
  known: ReadonlySet<Digest>,
): Promise<DeeperAttachments | undefined> {
  const attachments: DetachedAttachment[] = [];
  const met = new Set(known);
  for (let level = staying; level.length > 0; ) {
    const fresh = level.filter(({ manifest }) => !met.has(manifest.digest));
    for (const { manifest } of fresh) met.add(manifest.digest);
    const subjects = [...new Map(fresh.map(({ manifest }) => [manifest.digest, { descriptor: manifest }])).values()];
    level = holdersOf(await walk.level(subjects)).filter(({ manifest }) => !met.has(manifest.digest));
    for (const holder of level)
      attachments.push(...reported(store, { ...holder, attachments: wantedOf(holder, selection) }));
  }
  const { incomplete } = account;
  return attachments.length === 0 && incomplete.length === 0 ? undefined : { attachments, incomplete };
}
