/** The rows of all tables of a page, without their heads: the text of each cell. */
export function rowsOf(page: string): readonly (readonly string[])[] {
  return [...page.matchAll(/^\|[ -]+\|[-| ]*\n((?:\|.*\n?)+)/gm)].flatMap(([, body = '']) =>
    body
      .trimEnd()
      .split('\n')
      .map((line) =>
        line
          .replace(/^\||\|$/g, '')
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim()),
      ),
  );
}

/** The texts between backquotes. */
export function spansOf(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
}
