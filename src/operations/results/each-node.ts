interface Node<N> {
  readonly referrers: readonly N[];
}

/** A result with trees of attachments: those of the subject, of the indexes above it, and of all manifests below it. */
interface Trees<N> extends Node<N> {
  readonly above?: readonly Node<N>[];
  readonly platforms?: readonly Node<N>[];
}

/** All attachments: the subject's, those of the indexes above it, then each platform's, each followed by its own. */
export function* eachNode<N extends Node<N>>(result: Trees<N>): Generator<N> {
  for (const { referrers } of [result, ...(result.above ?? []), ...(result.platforms ?? [])]) yield* each(referrers);
}

function* each<N extends Node<N>>(nodes: readonly N[]): Generator<N> {
  for (const node of nodes) {
    yield node;
    yield* each(node.referrers);
  }
}

/** Adds an iterator over all attachments that is not enumerable, so that neither JSON nor a comparison sees it. */
export function iterable<N extends Node<N>, R extends Trees<N>>(result: R & Trees<N>): R & Iterable<N> {
  const withIterator = { ...result, [Symbol.iterator]: () => eachNode<N>(result) };
  return Object.defineProperty(withIterator, Symbol.iterator, { enumerable: false });
}
