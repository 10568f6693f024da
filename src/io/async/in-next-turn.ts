/**
 * Looks for all who ask together: those who ask while a look is under way share the next one. No one gets the answer of
 * a look that began before the question.
 */
export function inNextTurn<T>(look: () => Promise<T>): () => Promise<T> {
  let before: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | undefined;
  return () => {
    if (next !== undefined) return next;
    next = before.then(() => {
      next = undefined;
      return look();
    });
    before = next.catch(() => {});
    return next;
  };
}
