import type { CallOptions, ManifestSelector, Source } from '../../store/interfaces/store.js';
import type { RecentTags } from './recent-tags.js';
import type { Told } from './told.js';

/** A text of a place, and the page that shows it. */
export interface Spot {
  /** A registry or directory, a repository (layout, archive), or one manifest. */
  readonly kind: 'catalog' | 'repository' | 'manifest';
  readonly text: string;
  /** The place without tag and digest; undefined for a catalog. */
  readonly repository?: string | undefined;
  /** The place that lists the repository; undefined where none does. */
  readonly catalog?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
}

/** A part of a list of repositories. */
export interface RepositoriesPage {
  readonly repositories: readonly { readonly name: string; readonly place: string }[];
  /** The last name, where there are more. */
  readonly next?: string | undefined;
}

/** Options of {@link Site.repositories}. */
export interface RepositoriesOptions extends CallOptions {
  /** Names behind this one. @default from the first on */
  readonly last?: string | undefined;
  readonly count: number;
}

/** The places that the pages of a server show. */
export interface Site {
  /** The page that `/` leads to. */
  readonly home: string;
  /** The place that lists all others; undefined where there are several. */
  readonly catalog?: string | undefined;
  /** Whether a page may name any place: there is a form for it then. */
  readonly isOpen: boolean;
  /** The most attachments and entries of indexes of a page. @default that of the operations */
  readonly maxItems?: number | undefined;
  /** Lists of tags for the pages behind a first one. @default each page lists them */
  readonly recentTags?: RecentTags | undefined;
  /** Registries that the start page offers. */
  suggestions(): Promise<readonly string[]>;
  /** The words that a command takes for a place. */
  terminal(place: string): readonly string[];
  /** @throws RemoraError `INVALID_ARGUMENT` for a text that is not a place of this site */
  locate(text: string): Spot;
  /** @throws RemoraError as `listRepositories` */
  repositories(place: string, options: RepositoriesOptions): Promise<RepositoriesPage>;
  /** Opens a place for reading while `work` runs. @throws RemoraError as `withSource` */
  read<T>(
    place: string,
    options: CallOptions,
    work: (source: Source, selector: ManifestSelector) => Promise<T>,
  ): Promise<T>;
  /** An error without what its readers must not know. */
  tell(error: Told): Told;
}
