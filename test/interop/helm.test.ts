import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  API_REGISTRY,
  DISTRIBUTION_2,
  DISTRIBUTION_3,
  type OpenInterop,
  ok,
  SERVE,
} from '../support/interop-places.js';
import { describeWithPeers, run } from '../support/peers.js';

const CHART = {
  'Chart.yaml':
    'apiVersion: v2\nname: app-NUMBER\nversion: 1.2.3+build.4\nappVersion: 1.10\ntype: application\n' +
    'description: "A <b>chart</b> & more"\nhome: https://a.example/?a=1&b=2\nsources: [https://s.example]\n' +
    'keywords: [a, b]\nmaintainers: [{name: Ann, email: ann@a.example}, {email: x@a.example}]\n' +
    'annotations: {a.example/k: "1", org.opencontainers.image.title: other}\nkubeVersion: ">=1.20"\n' +
    'dependencies: [{name: d, version: ">1", repository: "oci://r.example/d", condition: d.on, import-values: [{child: b, parent: a}]}]\n',
  'values.yaml': 'replicas: 1\n',
  'templates/NOTES.txt': 'Hello\n',
  'charts/d/Chart.yaml': 'apiVersion: v2\nname: d\nversion: 2.0.0\n',
};
const OLD_CHART = {
  'Chart.yaml': 'name: app-NUMBER\nversion: 0.1.0\napiVersion: v1\ndescription: |\n  Two\n  lines\ndeprecated: yes\n',
  'requirements.yaml': 'dependencies:\n- {name: d, version: "1", repository: "", tags: [x]}\n',
  'charts/d/Chart.yaml': 'apiVersion: v1\nname: d\nversion: 1.0.0\n',
};
const CREATED = 'org.opencontainers.image.created';

for (const kind of [DISTRIBUTION_2, DISTRIBUTION_3, API_REGISTRY, SERVE]) {
  describeWithPeers(`a chart in ${kind.name}`, [...kind.peers, 'helm'], () => {
    let open: OpenInterop;
    const { remora } = kind.commands;
    const env = () => ({
      HELM_CACHE_HOME: open.directory,
      HELM_CONFIG_HOME: open.directory,
      HELM_DATA_HOME: open.directory,
    });
    const helm = (args: readonly string[]) => ok('helm', args, { cwd: open.directory, env: env() });
    const PLAIN = '--plain-http';

    beforeAll(async () => {
      open = await kind.open();
    });
    afterAll(() => open?.close());

    async function done(...args: string[]): Promise<{ stdout: string; stderr: string }> {
      const { code, stdout, stderr } = await remora(args, { cwd: open.directory });
      expect([code, stderr].join(' ')).toMatch(/^0/);
      return { stdout, stderr };
    }

    /** A chart as Helm packs it: its repository's name is that of the chart. */
    async function packaged(files: Readonly<Record<string, string>>, version: string) {
      const place = open.fresh().at('');
      const name = place.slice(place.lastIndexOf('/') + 1);
      for (const [path, content] of Object.entries(files)) {
        const file = join(open.directory, name, path);
        await mkdir(join(file, '..'), { recursive: true });
        await writeFile(file, content.replace('NUMBER', name.slice('app-'.length)));
      }
      await helm(['package', name]);
      return { place, name, file: `${name}-${version}.tgz` };
    }

    it.each([
      ['a chart', CHART, '1.2.3+build.4'],
      ['a chart of version 1', OLD_CHART, '0.1.0'],
    ])('%s is the one that helm push makes, and helm pulls it', async (_name, files, version) => {
      const { place, name, file } = await packaged(files, version);
      const tag = version.replace('+', '_');
      await helm(['push', file, `oci://${place.slice(0, place.lastIndexOf('/'))}`, PLAIN]);
      const { mediaType: _, ...theirs } = {
        mediaType: '',
        ...JSON.parse((await done('manifest', 'get', `${place}:${tag}`)).stdout),
      };
      await done('push', `${place}:${version}`, file);
      const { mediaType: __, ...ours } = JSON.parse((await done('manifest', 'get', `${place}:${tag}`)).stdout);
      const bare = ({ annotations: _annotations, ...layer }: { annotations?: object }) => layer;
      const { [CREATED]: time, ...annotations } = theirs.annotations;
      expect(time).toBeDefined();
      expect({ ...ours, layers: ours.layers.map(bare) }).toEqual({ ...theirs, annotations });

      await mkdir(join(open.directory, `out-${name}`));
      await helm(['pull', `oci://${place}`, '--version', version, PLAIN, '-d', `out-${name}`]);
      const pulled = await readFile(join(open.directory, `out-${name}`, file));
      expect(pulled.equals(await readFile(join(open.directory, file)))).toBe(true);
      expect(await helm(['show', 'chart', `oci://${place}`, '--version', version, PLAIN])).toContain(`name: ${name}`);
    });

    it('has its provenance', async () => {
      const { place, name, file } = await packaged(CHART, '1.2.3+build.4');
      await writeFile(join(open.directory, `${file}.prov`), 'signed by hand\n');
      await done('push', place, file);
      await mkdir(join(open.directory, `out-${name}`));
      await helm(['pull', `oci://${place}`, '--version', '1.2.3+build.4', '--prov', PLAIN, '-d', `out-${name}`]);
      expect((await readdir(join(open.directory, `out-${name}`))).sort()).toEqual([file, `${file}.prov`]);
      expect(await readFile(join(open.directory, `out-${name}`, `${file}.prov`), 'utf8')).toBe('signed by hand\n');
    });

    it('is pulled under the names that Helm gives it, whole or in part', async () => {
      const { place, name, file } = await packaged(CHART, '1.2.3+build.4');
      await writeFile(join(open.directory, `${file}.prov`), 'signed by hand\n');
      await helm(['push', file, `oci://${place.slice(0, place.lastIndexOf('/'))}`, PLAIN]);
      const chart = `${place}:1.2.3_build.4`;
      await done('pull', '-o', `all-${name}`, chart);
      expect((await readdir(join(open.directory, `all-${name}`))).sort()).toEqual([file, `${file}.prov`]);
      const pulled = await readFile(join(open.directory, `all-${name}`, file));
      expect(pulled.equals(await readFile(join(open.directory, file)))).toBe(true);
      await done('pull', '--file', '*.prov', '--config', '-o', `part-${name}`, chart);
      expect((await readdir(join(open.directory, `part-${name}`))).sort()).toEqual([`${file}.prov`, 'config.json']);
      const { stdout } = await done('manifest', 'get', '--config', chart);
      expect(stdout).toBe(await readFile(join(open.directory, `part-${name}`, 'config.json'), 'utf8'));
      expect(JSON.parse(stdout)).toMatchObject({ name, version: '1.2.3+build.4' });
    });

    it('is refused by both where it is no chart that Helm loads', async () => {
      const { place, name } = await packaged(CHART, '1.2.3+build.4');
      await run('tar', ['czf', 'dot.tgz', `./${name}`], { cwd: open.directory });
      const theirs = await run('helm', ['push', 'dot.tgz', `oci://${place}`, PLAIN], {
        cwd: open.directory,
        env: env(),
      });
      expect(theirs.stderr).toContain('Chart.yaml file is missing');
      const { code, stderr } = await remora(['push', place, 'dot.tgz'], { cwd: open.directory });
      expect([code, stderr]).toEqual([2, expect.stringContaining('it has no Chart.yaml in its directory')]);
      await done('push', place, 'dot.tgz', '--as', 'generic');
    });
  });
}
