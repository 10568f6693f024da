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
  for (const name of Object.keys(members)) if (members[name] !== undefined) setOwn(some, name, members[name]);
  return some;
}

/** Sets a member of an object that is made from a document: `__proto__` is a name as any other. */
export function setOwn<T>(object: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
