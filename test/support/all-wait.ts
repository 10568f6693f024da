import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until no process does anything, in three looks; where the system does not tell, for four seconds. */
export async function untilAllWait(pids: readonly (number | undefined)[]): Promise<void> {
  // `(name) state …`, and two times behind it: the processor's for the program, and for the system on its behalf.
  const look = () =>
    Promise.all(
      pids.map(async (pid) => (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/.*\) /s, '').split(' ')),
    );
  if (process.platform !== 'linux') return sleep(4_000);
  let before = '';
  for (let [quiet, end] = [0, Date.now() + 20_000]; quiet < 3 && Date.now() < end; await sleep(100)) {
    const stats = await look().catch(() => []);
    // One of them has ended, and its result tells why.
    if (stats.length === 0) return;
    const times = JSON.stringify(stats.map((fields) => [fields[11], fields[12]]));
    const isStarted = stats.every((fields) => fields[0] === 'S' && Number(fields[11]) >= 10);
    quiet = isStarted && times === before ? quiet + 1 : 0;
    before = times;
  }
}
