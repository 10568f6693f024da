interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** `repository:host:5000/name:pull,push`: only the first and the last colon separate. */
function parseScope(text: string): Scope {
  const [, type = '', name = '', actions = ''] = /^([^:]*):(.*):([^:]*)$/.exec(text) ?? [];
  return { type, name, actions: actions.split(',').filter(Boolean) };
}

/** The part of the wanted scopes that is allowed. */
export function grant(wanted: readonly string[], allowed: (name: string, action: string) => boolean): string[] {
  return wanted.map((text) => {
    const { type, name, actions } = parseScope(text);
    return `${type}:${name}:${actions.filter((action) => allowed(name, action)).join(',')}`;
  });
}

/** Whether granted scopes allow everything that a request needs (several scopes separated by spaces). */
export function covers(granted: readonly string[], needed: string): boolean {
  const held = granted.map(parseScope);
  const holds = ({ type, name }: Scope, action: string) =>
    held.some(
      (scope) =>
        scope.type === type && scope.name === name && (scope.actions.includes(action) || scope.actions.includes('*')),
    );
  return needed
    .split(' ')
    .filter(Boolean)
    .map(parseScope)
    .every((scope) => scope.actions.every((action) => holds(scope, action)));
}
