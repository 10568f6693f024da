import { isIndexType } from '../../oci/values/media-types.js';
import { inOrder } from '../../operations/results/in-order.js';
import type { Attached, Edge, Graph, GraphNode, Holding, Pictured, Role } from './graph.js';
import { holdingName } from './words.js';

/**
 * The graph of a result. An attachment that is listed under two platforms stands in it once, with two edges; where the
 * two have different verdicts it stands there twice.
 *
 * @param name the subject as the user named it
 */
export function graphOf(result: Pictured, name = result.reference): Graph {
  const builder = new Builder();
  // The farthest index first: an edge leads from what is drawn to what is to be drawn.
  const above = [...(result.above ?? [])].reverse();
  for (const [index, one] of above.entries())
    builder.holding('above', 'index', one, index === 0 ? [] : above.slice(index - 1, index));
  builder.holding('subject', name, result, above.slice(-1));
  const byDigest = new Map((result.platforms ?? []).map((one) => [one.digest, one]));
  for (const one of byDigest.values()) {
    const within = (one.within ?? []).flatMap((digest) => byDigest.get(digest) ?? []);
    builder.holding(roleOf(one), holdingName(one), one, within.length === 0 ? [result] : within);
  }
  return builder.graph();
}

function roleOf({ mediaType, platform }: Holding): 'index' | 'platform' {
  return platform === undefined && isIndexType(mediaType) ? 'index' : 'platform';
}

class Builder {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges = new Map<string, Edge>();
  /** The nodes with equal beginnings of digests, by their keys. */
  readonly #ids = new Map<string, Map<string, string>>();

  holding(role: Role, name: string, holding: Holding, within: readonly Holding[]): void {
    const id = this.#id(holding.digest, 'holding');
    this.#nodes.set(id, { id, role, name, holding });
    for (const { digest } of within) this.#edge({ from: this.#id(digest, 'holding'), to: id, as: 'holds' });
    this.#attached(id, holding.referrers);
  }

  graph(): Graph {
    return { nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }

  #attached(from: string, referrers: readonly Attached[]): void {
    for (const attached of inOrder(referrers)) {
      const { digest, manifest = '', verdict = '', message = '' } = attached;
      const id = this.#id(digest, `${digest} ${manifest} ${verdict} ${message}`);
      const isNew = !this.#nodes.has(id);
      if (isNew) this.#nodes.set(id, { id, role: 'attachment', attached });
      this.#edge({ from, to: id, as: 'attached' });
      this.#attached(id, attached.referrers);
    }
  }

  #edge(edge: Edge): void {
    this.#edges.set(`${edge.from} ${edge.to}`, edge);
  }

  /** `n1a2b3c4d5e6f`, with a number behind it where others have the same. */
  #id(digest: string, key: string): string {
    const encoded = digest.slice(digest.indexOf(':') + 1);
    const short = `n${encoded.replace(/[^A-Za-z0-9]/g, '').slice(0, 12)}`;
    const known = this.#ids.get(short) ?? new Map<string, string>();
    const whole = key === 'holding' ? digest : key;
    const id = known.get(whole) ?? (known.size === 0 ? short : `${short}_${known.size + 1}`);
    this.#ids.set(short, known.set(whole, id));
    return id;
  }
}
