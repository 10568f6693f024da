import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { bestEffortSync, systemCode } from './system-error.js';

let cached: string | undefined;

/**
 * Names the set of processes whose ids can be compared: this host, since this boot, in this PID namespace.
 *
 * Containers may share a host name and a volume and yet not see each other's processes. A pid that is missing here may
 * run in another namespace.
 */
export function processDomain(): string {
  cached ??= createHash('sha256')
    .update(
      [
        hostname(),
        attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
        attempt(() => readlinkSync('/proc/self/ns/pid')),
      ].join('\n'),
    )
    .digest('hex')
    .slice(0, 12);
  return cached;
}

/** Empty where the system has no such file, as outside of Linux. */
function attempt(read: () => string): string {
  return bestEffortSync(read) ?? '';
}

/** No system has higher process ids. Those of 0 and below mean groups of processes. */
const MAX_PID = 2 ** 31 - 1;

/** True only for a process of this domain whose id no running process has. */
export function isGone(domain: string, pid: number): boolean {
  if (domain !== processDomain()) return false;
  if (pid < 1 || pid > MAX_PID) return true;
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** A killed process keeps its id until its parent asks for it, which in a container without init can be never. */
function isZombie(pid: number): boolean {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  // The name in parentheses may hold anything, the state is the letter behind it.
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}
