const VARIABLES: readonly string[] = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'];

/** Whether the environment names a proxy. For which hosts it is used NO_PROXY says. */
export function usesProxy(): boolean {
  return VARIABLES.some((name) => process.env[name]);
}
