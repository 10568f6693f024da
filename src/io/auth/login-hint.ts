/** The next step after a login is missing or has the wrong account. */
export function loginHint(registry: string): string {
  return `Log in with remora login ${registry}, or check which account is used: remora login --list`;
}
