/** A command as the runner of GitHub Actions takes it from a log. */
export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/**
 * All commands in what a step prints, as `ActionCommand.TryParseV2` and `TryParse` of actions/runner find them: `::` at the
 * start of a line, behind white space, or `##[` anywhere in it. Any name counts. Colours before them count as well.
 */
export function commandsIn(output: string): WorkflowCommand[] {
  return output.split(/\r\n|\r|\n/).flatMap((line) => newForm(line) ?? oldForm(line) ?? []);
}

function newForm(line: string): WorkflowCommand | undefined {
  const [, name, properties = '', message = ''] =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one
    /^(?:[\s\u0085]|\u001b\[[0-9;]*m)*::([\w-]+)(?: (.*?))?::(.*)$/.exec(line) ?? [];
  if (name === undefined) return undefined;
  const pairs = properties.split(',').filter((pair) => pair !== '');
  return {
    name,
    properties: Object.fromEntries(
      pairs.map((pair) => pair.split('=')).map(([key, value = '']) => [key, plain(value)]),
    ),
    message: plain(message),
  };
}

function oldForm(line: string): WorkflowCommand | undefined {
  const [, name, message = ''] = /##\[([\w-]+)[^\]]*\](.*)$/.exec(line) ?? [];
  return name === undefined ? undefined : { name, properties: {}, message };
}

function plain(text: string): string {
  return text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
