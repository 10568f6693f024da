/** A line of Markdown as plain text. */
export function plainText(text: string): string {
  return text.replace(/\[([^[\]]*)\]\([^()]*\)/g, '$1').replaceAll('`', '');
}
