import { given } from '../../oci/values/given.js';
import { once } from '../async/once.js';
import type { Environment } from '../credentials/config-files.js';
import { type DirectoryCertificates, readDirectory } from './directory.js';
import type { ClientCertificate } from './pem.js';
import { certificatePlaces, findDirectory } from './places.js';

/** The certificates of a connection, PEM. */
export interface Certificates {
  readonly ca?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
}

/** Certificates that are given, and stand for those of directories. */
interface GivenCertificates extends Certificates {
  readonly onCertificates?: ((host: string, directory: string, files: readonly string[]) => void) | undefined;
}

/** The certificates that Docker and containers keep for hosts, below `certs.d`. Each directory is read once. */
export class HostCertificates {
  readonly #read = new Map<string, Promise<DirectoryCertificates | undefined>>();

  constructor(
    private readonly options: GivenCertificates,
    private readonly env: Environment = process.env,
  ) {}

  /**
   * The certificates for connections to a host. The authorities of the registry hold for hosts that it leads to as well,
   * as in Docker: a token server often has a certificate of the same authority.
   *
   * @param registry the registry that the client certificate is shown to
   * @throws RemoraError `MALFORMED`, `IO` for a file that cannot be used
   */
  async of(origin: URL, registry: URL | undefined): Promise<Certificates> {
    const { ca, clientCertificate } = this.options;
    const isRegistry = registry === undefined || registry.origin === origin.origin;
    const own = await this.#directory(origin, isRegistry);
    const home = isRegistry || registry.protocol !== 'https:' ? undefined : await this.#directory(registry, true);
    const found = [own?.ca, home?.ca].filter((text) => text !== undefined);
    return given({
      ca: ca ?? (found.length === 0 ? undefined : found.join('\n')),
      clientCertificate: clientCertificate ?? (isRegistry ? own?.client : undefined),
    });
  }

  #directory(origin: URL, isRegistry: boolean): Promise<DirectoryCertificates | undefined> {
    const { ca, clientCertificate, onCertificates } = this.options;
    const wanted = { ca: ca === undefined, client: isRegistry && clientCertificate === undefined };
    return once(this.#read, origin.origin, async () => {
      if (!wanted.ca && !wanted.client) return undefined;
      const directory = await findDirectory(origin, certificatePlaces(this.env));
      if (directory === undefined) return undefined;
      const read = await readDirectory(directory, wanted);
      onCertificates?.(origin.host, directory, read.files);
      return read;
    });
  }
}
