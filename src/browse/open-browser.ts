import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** The reason why a browser is not opened here; undefined where one may be. */
export function whyNoBrowser(env: Environment = process.env, platform: NodeJS.Platform = process.platform) {
  if (env.CI) return 'CI is set';
  if (env.SSH_CONNECTION || env.SSH_TTY) return 'this is an SSH session';
  const isLocal = platform === 'win32' || platform === 'darwin';
  return isLocal || env.DISPLAY || env.WAYLAND_DISPLAY ? undefined : 'neither DISPLAY nor WAYLAND_DISPLAY is set';
}

/** The program that hands an address to the user's browser, without a shell. */
export function openerFor(url: string, platform: NodeJS.Platform = process.platform): readonly [string, ...string[]] {
  // `start` is a word of a shell, which would read the address.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', url];
  return [platform === 'darwin' ? 'open' : 'xdg-open', url];
}

/** Opens an address in the user's browser; gives the reason where that fails. It does not wait for the browser's end. */
export function openBrowser(url: string): Promise<string | undefined> {
  const [program, ...args] = openerFor(url);
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'ignore', detached: true });
    child.once('error', (error) => resolve(`${program}: ${error.message}`));
    child.once('exit', (code) => resolve(code === 0 ? undefined : `${program} ended with ${code}`));
    // A browser that the program itself becomes runs on.
    setTimeout(() => resolve(undefined), 3000).unref();
    child.unref();
  });
}
