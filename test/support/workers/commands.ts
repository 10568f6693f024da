import { createInterface } from 'node:readline';

/** Says `ready`, then does what each line of standard input says, one after another. */
export async function serveCommands(work: (command: unknown) => Promise<void>): Promise<void> {
  process.stdout.write('ready\n');
  for await (const line of createInterface(process.stdin)) await work(JSON.parse(line));
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
