/** A name with its password. */
export interface PasswordCredential {
  readonly username: string;
  readonly password: string;
}

/** The proof of identity for a registry: a name with its password, an OAuth refresh token, or a ready Bearer token. */
export type Credential =
  | PasswordCredential
  | { readonly identityToken: string; readonly username?: string | undefined }
  | { readonly registryToken: string };

/**
 * Finds the credential for a repository of a registry, named as in references (`host[:port]`); undefined means anonymous.
 * Without a repository the registry as a whole is meant.
 */
export type CredentialSource = (registry: string, repository?: string) => Promise<Credential | undefined>;

/** The header of Basic authentication (RFC 7617). */
export function basicHeader({ username, password }: PasswordCredential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** The parts of a credential that no output may show. */
export function secretsOf(credential: Credential | undefined): readonly string[] {
  if (credential === undefined) return [];
  if ('registryToken' in credential) return [credential.registryToken];
  if ('identityToken' in credential) return [credential.identityToken];
  return [credential.password, `${credential.username}:${credential.password}`];
}
