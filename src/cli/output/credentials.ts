import type { LoginsResult } from '../../operations/login/schema.js';
import { columns, printable } from './text.js';

/** The stored credentials as a table; the empty text without any. */
export function renderCredentials({ credentials }: LoginsResult): string {
  if (credentials.length === 0) return '';
  const rows = credentials.map(({ registry, username = '-', kind, from }) => [registry, username, kind, from]);
  return columns([['HOST', 'USER', 'KIND', 'FROM'], ...rows.map((row) => row.map(printable))]);
}
