import type { Command } from '@oclif/core/command';
import { CommandHelp, Help as OclifHelp } from '@oclif/core/help';
import { PAGES, SHARED, type SharedTopic, sharedFlags, topicOf } from './shared.js';

/** Help of one command: its own flags, and the way to those that it shares with others. */
class OwnHelp extends CommandHelp {
  /** Usage and examples come first. */
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const sections = super.sections();
    const named = (header: string) => sections.filter((section) => section.header === header);
    const order = ['USAGE', 'EXAMPLES', 'ARGUMENTS', 'FLAGS', 'DESCRIPTION', 'ALIASES'];
    return [...order.flatMap(named), { header: 'MORE', generate: ({ flags }) => this.#more(flags) }];
  }

  protected override defaultUsage(): string {
    const args = Object.values(this.command.args ?? {}).map(({ name, multiple, required }) => {
      const word = `${name.toUpperCase()}${multiple ? '...' : ''}`;
      return required ? word : `[${word}]`;
    });
    return [this.command.id, ...args, '[FLAGS]'].join(' ');
  }

  /** Commands are not wrapped, so that they can be pasted into any shell. */
  protected override examples(examples: Command.Example[] | string | undefined): string | undefined {
    if (!Array.isArray(examples)) return super.examples(examples);
    const shown = examples.map((example) =>
      typeof example === 'string' ? example : `${example.description}:\n  $ ${this.render(example.command)}`,
    );
    return shown.join('\n');
  }

  protected override groupFlags(flags: Command.Flag.Any[]): ReturnType<CommandHelp['groupFlags']> {
    const own = flags.filter((flag) => topicOf(flag, flags) === undefined);
    const { mainFlags, flagGroups } = super.groupFlags(own);
    const { GLOBAL = [], ...others } = flagGroups;
    return { mainFlags: [...mainFlags, ...GLOBAL], flagGroups: others };
  }

  /** The description alone: oclif shows the summary above. */
  protected override description(): string | undefined {
    const { description } = this.command;
    return description === undefined ? undefined : this.wrap(description);
  }

  /** Labels and summaries of any flags. */
  list(flags: Command.Flag.Any[]): [string, string | undefined][] {
    return this.flags(flags) ?? [];
  }

  #more(flags: Command.Flag.Any[]): string | undefined {
    const topics = new Set(flags.map((flag) => topicOf(flag, flags)));
    const lines = SHARED.filter(({ name }) => topics.has(name)).map(
      ({ name, lead }) => `${lead}: ${this.config.bin} help ${name}`,
    );
    return lines.length === 0 ? undefined : lines.join('\n');
  }
}

/** The help of the program; oclif finds it by `oclif.helpClass` of package.json. */
export class Help extends OclifHelp {
  protected override CommandHelpClass = OwnHelp;

  override async showHelp(argv: string[]): Promise<void> {
    const [word] = argv.filter((text) => !['help', '--help', '-h'].includes(text));
    const topic = SHARED.find(({ name }) => name === word);
    if (topic !== undefined) this.log(this.formatShared(topic));
    else if (word !== undefined && PAGES.some(([name]) => name === word)) await this.#showPage(word);
    else await super.showHelp(argv);
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp();
    const topics = SHARED.map(({ name, summary }): [string, string] => [`help ${name}`, summary]);
    this.log(this.section('SHARED FLAGS', this.renderList(topics, { indentation: 2, spacer: '\n' })));
    const pages = PAGES.map(([name, summary]): [string, string] => [`help ${name}`, summary]);
    this.log(`\n${this.section('PAGES', this.renderList(pages, { indentation: 2, spacer: '\n' }))}`);
  }

  async #showPage(name: string): Promise<void> {
    const { helpPage } = await import('../hints/help-pages.js');
    this.log(helpPage(name, (text, indent) => this.indent(this.wrap(text, indent + 2), indent)));
  }

  /** All flags of a topic, with the commands that have them where these are few. */
  formatShared({ name, summary, description }: SharedTopic): string {
    const commands = this.sortedCommands.filter(({ id, aliases }) => !aliases.includes(id));
    const [first] = commands;
    if (first === undefined) return summary;
    const rows = new OwnHelp(first, this.config, this.opts).list(sharedFlags(commands, name));
    const { stripAnsi = false } = this.opts;
    const flags = this.section('FLAGS', this.renderList(rows, { indentation: 2, spacer: '\n', stripAnsi }));
    return [summary, flags, this.section('DESCRIPTION', this.wrap(description))].join('\n\n');
  }
}
