import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

/** A tar archive with gzip of these files, in this order. A name that ends in a slash is a directory. */
export async function tarGz(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    if (name.endsWith('/')) archive.entry({ name, type: 'directory' });
    else archive.entry({ name }, content);
  }
  archive.finalize();
  return gzipSync(await buffer(archive));
}

/** Text that gzip cannot make small, so that a cut falls into it. */
export function noise(length: number): string {
  let state = 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(33 + (state % 90));
  };
  return Array.from({ length }, next).join('');
}

const CHART = 'apiVersion: v2\nappVersion: 1.16.0\nname: mychart\ntype: application\nversion: 0.1.0\n';

/** As `helm package` writes it. */
export const helmChart = () =>
  tarGz({
    'mychart/Chart.yaml': CHART,
    'mychart/values.yaml': 'replicaCount: 1\n',
    'mychart/templates/NOTES.txt': noise(20_000),
    'mychart/charts/sub/Chart.yaml': CHART,
  });

/** As tar packs the directory of a chart. */
export const helmChartByTar = () =>
  tarGz({ './mychart/': '', './mychart/.helmignore': noise(1000), './mychart/Chart.yaml': CHART });

/** As `opa build -b` writes it. */
export const opaBundle = () =>
  tarGz({
    '/data.json': '{}\n',
    '/policy/example.rego': `package example\n\n# ${noise(20_000)}\n`,
    [`/policy/${'long/'.repeat(60)}name.rego`]: 'package long\n',
    '/.manifest': '{"revision":"","roots":[""],"rego_version":1}\n',
  });

export const notArchivesOfKinds: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a package of npm': { 'package/package.json': '{"name":"x"}', 'package/Chart.js': '' },
  'sources with a policy among them': { 'main.go': 'package main', 'policy/x.rego': 'package x' },
  'data alone': { 'data.json': '{}' },
  'a chart deeper down': { 'repo/README.md': 'x', 'repo/charts/a/Chart.yaml': CHART },
  'a chart in the root': { 'Chart.yaml': CHART },
  'two charts': { 'a/Chart.yaml': CHART, 'b/Chart.yaml': CHART },
  'a Chart.yaml of another kind': { 'x/Chart.yaml': 'type: pie\n' },
};
