/** Adds members to a result that neither `--json` nor `Object.entries` shows. */
export function withHidden<T extends object, H extends object>(shown: T, hidden: H): T & H {
  const all = { ...shown, ...hidden };
  for (const key of Object.keys(hidden)) Object.defineProperty(all, key, { enumerable: false });
  return all;
}
