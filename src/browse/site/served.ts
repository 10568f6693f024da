import { isRemoraError, RemoraError } from '../../errors.js';
import { parseReference, type Reference } from '../../oci/names/reference.js';
import { quote } from '../../oci/text/quote.js';
import { given } from '../../oci/values/given.js';
import type { Repositories } from '../../store/interfaces/hosting.js';
import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import { firstNames } from './first-names.js';
import { NamedSource } from './named-source.js';
import type { RepositoriesOptions, RepositoriesPage, Site, Spot } from './site.js';
import type { Told } from './told.js';

/** Errors whose messages name nothing but what the request names. */
const OPEN_CODES: readonly string[] = ['INVALID_ARGUMENT', 'NO_MATCH'];
const MESSAGES: Readonly<Record<string, string>> = {
  NOT_FOUND: 'this is not here',
  MALFORMED: 'the document cannot be read',
  DIGEST_MISMATCH: 'the content is not what its digest says',
  SIZE_MISMATCH: 'the content does not have the size that was said',
};

/** The most attachments and entries of indexes of a page: others wait for the server, too. */
const MAX_ITEMS = 10_000;

/** The repositories of a server, and no other place. Its readers learn nothing about the computer that it runs on. */
export class ServedPlaces implements Site {
  readonly home: string = 'repositories';
  readonly isOpen = false;
  readonly maxItems = MAX_ITEMS;

  /** @param host the name by which the server was asked */
  constructor(
    private readonly repositoriesHere: Repositories,
    private readonly host: string,
  ) {}

  get catalog(): string {
    return this.host;
  }

  async suggestions(): Promise<readonly string[]> {
    return [];
  }

  terminal(place: string): readonly string[] {
    return [place === this.host ? place : `${this.host}/${place}`];
  }

  locate(text: string): Spot {
    const { repository, tag, digest } = this.#parse(text);
    const isOne = tag !== undefined || digest !== undefined;
    return { kind: isOne ? 'manifest' : 'repository', text, repository, catalog: this.host, tag, digest };
  }

  async repositories(place: string, options: RepositoriesOptions): Promise<RepositoriesPage> {
    if (place !== this.host)
      throw new RemoraError('INVALID_ARGUMENT', `${quote(place)} is not this server`, {
        hint: 'Pages of a server show its own repositories',
      });
    const { names, next } = await firstNames(await this.repositoriesHere.names(), options);
    return { repositories: names.map((name) => ({ name, place: name })), next };
  }

  async read<T>(
    text: string,
    _options: CallOptions,
    work: (source: Source, selector: ManifestSelector) => Promise<T>,
  ): Promise<T> {
    const { repository, tag, digest } = this.#parse(text);
    const store = await this.repositoriesHere.open(repository, { create: false });
    if (store === undefined) throw new RemoraError('NOT_FOUND', `repository ${repository} is not known`);
    return work(new NamedSource(store, repository), given({ tag, digest }));
  }

  tell({ code, message, hint }: Told): Told {
    if (OPEN_CODES.includes(code)) return { code, message, ...given({ hint }) };
    return { code, message: MESSAGES[code] ?? 'the server failed: its log says why' };
  }

  #parse(text: string): Reference {
    try {
      // Behind a host, all that follows is a name.
      return parseReference(`registry.invalid/${text}`);
    } catch (error) {
      if (!isRemoraError(error)) throw error;
      throw new RemoraError('INVALID_ARGUMENT', `${quote(text)} does not name a repository of this server`, {
        found: text,
        hint: 'Write it like team/app, with a tag or a digest for one manifest',
      });
    }
  }
}
