import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { describeWithPeers, peer, run } from '../support/peers.js';
import { startRegistry } from '../support/registry.js';
import { writeFiles } from '../support/sample-files.js';
import { tempDir } from '../support/temp.js';

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

for (const name of ['node22', 'node24', 'node26'] as const) {
  describeWithPeers(`on ${name}`, [name], () => {
    it.each(['layout', 'registry'])('packs, attaches, lists and fetches as here, in a %s', async (kind) => {
      const cwd = await tempDir();
      const registry = await startRegistry();
      onTestFinished(() => registry.close());
      await writeFiles(cwd, { 'a.txt': Buffer.from('a'), 'folder/b.json': Buffer.from('{}') });
      const at = (node: string) => (kind === 'layout' ? `oci:${join(cwd, node)}:v1` : `${registry.host}/${node}:v1`);
      const remora = async (node: string, ...args: string[]) => {
        const program = node === 'here' ? process.execPath : peer(name);
        const { code, stdout, stderr } = await run(program ?? '', [bin, ...args], { cwd });
        expect([code, stderr]).toEqual([0, '']);
        return stdout;
      };
      const digests = new Map<string, string[]>();
      for (const node of ['here', name]) {
        const pushed = JSON.parse(await remora(node, 'push', '--json', at(node), 'a.txt', 'folder'));
        const attach = ['attach', '--json', '--artifact-type', 'application/vnd.example.x', at(node), 'a.txt'];
        const attached = JSON.parse(await remora(node, ...attach));
        const { referrers } = JSON.parse(await remora(node, 'discover', '--json', at(node)));
        expect(referrers.map(({ digest }: { digest: string }) => digest)).toEqual([attached.digest]);
        const fetched = await remora(
          node,
          'pull',
          '--stdout',
          '--artifact-type',
          'application/vnd.example.x',
          at(node),
        );
        expect(fetched).toBe('a');
        await remora(node, 'pull', '-o', `out-${node}`, at(node));
        digests.set(node, [pushed.digest, attached.digest]);
      }
      // Same input, same bytes: also the compressed ones, on every version.
      expect(digests.get(name)).toEqual(digests.get('here'));
    });
  });
}
