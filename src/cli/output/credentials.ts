import type { ListedCredential } from '../../io/credentials/list.js';
import { columns, printable } from './text.js';

/** What is kept for which registry, as a table; empty without any. */
export function renderCredentials(credentials: readonly ListedCredential[]): string {
  if (credentials.length === 0) return '';
  const rows = credentials.map(({ registry, username = '-', kind, from }) => [registry, username, kind, from]);
  return columns([['HOST', 'USER', 'KIND', 'FROM'], ...rows.map((row) => row.map(printable))]);
}
