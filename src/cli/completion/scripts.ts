import type { Command } from '@oclif/core/command';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completedCommands } from './model.js';
import { powershellCompletion } from './powershell.js';
import { zshCompletion } from './zsh.js';

const SCRIPTS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

export type Shell = keyof typeof SCRIPTS;

/** The completion for a shell. */
export function completionScript(shell: Shell, commands: readonly Command.Loadable[]): string {
  return SCRIPTS[shell](completedCommands(commands));
}
