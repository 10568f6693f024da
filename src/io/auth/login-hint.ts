/** The next step for somebody who is not logged in, or not with the right account. */
export function loginHint(registry: string): string {
  return `Log in with remora login ${registry}, or check which account is used: remora login --list`;
}
