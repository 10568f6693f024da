/** True in a job of GitHub Actions; the runners of Gitea, Forgejo and act say the same, and read the same commands. */
export function isGithubActions(): boolean {
  return process.env.GITHUB_ACTIONS === 'true';
}

/**
 * A workflow command as a line; the empty text outside of GitHub Actions. Lines of the message are lines of the annotation.
 *
 * @param message printable text without secrets
 */
export function workflowCommand(name: 'error' | 'warning', title: string, message: string): string {
  if (!isGithubActions()) return '';
  const property = escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${name} title=${property}::${escaped(message)}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** White space, and colours, before the text of a line. */
const BLANK = '(?:[^\\S\\r\\n\\u2028\\u2029]|\\u0085|\\u001b\\[[0-9;]*m)*';
const AT_START = new RegExp(`^(${BLANK})::`, 'gm');

/**
 * Text for people as the log of a job takes it: the runner takes a line that begins with `::`, and `##[` anywhere in a
 * line, for a command. Names and annotations come from elsewhere, and must not begin one. Other logs get the text as it is.
 */
export function forLog(text: string): string {
  if (!isGithubActions()) return text;
  return text.replace(AT_START, '$1\\u003a:').replaceAll('##[', '\\u0023#[');
}
