import type { Digest } from '../../oci/values/digest.js';
import type { DiscoveredNode, EndOfLife } from '../../operations/discover/schema.js';
import type { VerifiedNode } from '../../operations/verify/schema.js';

/** An attachment as discover and verify give it. */
export interface Attached
  extends Omit<DiscoveredNode, 'referrers'>,
    Partial<Pick<VerifiedNode, 'verdict' | 'message' | 'signer' | 'trusts' | 'times' | 'coveredBy' | 'remarks'>> {
  readonly referrers: readonly Attached[];
}

/** A manifest that has attachments: the subject, an index above it, or a manifest below it. */
export interface Holding {
  readonly reference: string;
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType?: string;
  readonly platform?: string;
  readonly isPlatform?: false;
  readonly within?: readonly Digest[];
  readonly endOfLife?: EndOfLife;
  readonly coveredBy?: string;
  readonly referrers: readonly Attached[];
}

/** The results that have a picture: those of discover and verify. */
export interface Pictured extends Holding {
  readonly platforms?: readonly Holding[];
  readonly above?: readonly Holding[];
}

/** The place of a manifest that has attachments. */
export type Role = 'subject' | 'above' | 'index' | 'platform';

/** A node of a picture. */
export type GraphNode =
  | { readonly id: string; readonly role: Role; readonly name: string; readonly holding: Holding }
  | { readonly id: string; readonly role: 'attachment'; readonly attached: Attached }
  | Group;

/** A node that stands for several. */
export interface Group {
  readonly id: string;
  readonly role: 'group';
  readonly of: 'above' | 'index' | 'platform' | 'attachment';
  readonly count: number;
  readonly kind?: Attached['kind'];
  readonly verdict?: Attached['verdict'];
}

/** A line of a picture, from a manifest to what is in it or attached to it. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  /** `attached`: `to` names `from` as its subject; `holds`: the index `from` names `to`. */
  readonly as: 'attached' | 'holds';
}

/** Nodes, each after one that leads to it, and edges: the same for the same result. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}
