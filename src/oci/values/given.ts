/** An object without the members that had no value. */
export type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Drops the members without a value, and keeps the order: an optional property is absent, never `undefined`. Each entry of
 * a list comes through here: entries and a filter take twelve times as long.
 */
export function given<T extends object>(members: T): Given<T>;
export function given(members: Readonly<Record<string, unknown>>): object {
  const some: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value === undefined) continue;
    if (name !== '__proto__') some[name] = value;
    else Object.defineProperty(some, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return some;
}
