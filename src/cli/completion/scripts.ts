import type { Command } from '@oclif/core/command';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completedCommands } from './model.js';
import { powershellCompletion } from './powershell.js';
import { zshCompletion } from './zsh.js';

const SCRIPTS = new Map([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
  ['powershell', powershellCompletion],
]);

/** The completion for a shell; undefined for a shell without one. */
export function completionScript(shell: string | undefined, commands: readonly Command.Loadable[]): string | undefined {
  return SCRIPTS.get(shell ?? '')?.(completedCommands(commands));
}
