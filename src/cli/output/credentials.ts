import type { LoginsResult } from '../../operations/login/schema.js';
import { columns, printable } from './text.js';

/** The stored credentials and certificates as tables; the empty text without any. */
export function renderCredentials({ credentials, certificates }: LoginsResult): string {
  const logins = credentials.map(({ registry, username = '-', kind, from, used }) => [
    ...[registry, username, kind],
    inUse(from, used),
  ]);
  const files = certificates.map(({ host, directory, files, used }) => [
    host,
    inUse(files.length === 0 ? directory : files.join(', '), used),
  ]);
  return [table(['HOST', 'USER', 'KIND', 'FROM'], logins), table(['HOST', 'CERTIFICATES'], files)]
    .filter((text) => text !== '')
    .join('\n\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : columns([head, ...rows.map((row) => row.map(printable))]);
}

function inUse(from: string, used: boolean): string {
  return used ? from : `${from} (unused: another comes first)`;
}
