import { BaseCommand } from '../cli/command/base-command.js';

/** `remora version` */
export default class Version extends BaseCommand {
  static override summary = 'Show the versions of remora and of its runtime';
  static override examples = [
    { description: 'Show the version', command: '<%= config.bin %> version' },
    { description: 'Take the version in a script', command: '<%= config.bin %> version --json | jq -r .version' },
  ];

  async run(): Promise<object> {
    await this.parse(Version);
    const { name, version, platform, arch } = this.config;
    const { bun } = process.versions;
    const runtime = bun === undefined ? `node-${process.version}` : `bun-v${bun}`;
    this.print(`${name}/${version} ${platform}-${arch} ${runtime}`);
    return { name, version, platform, arch, runtime };
  }
}
