import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { discoverSchema } from '../../src/operations/discover/schema.js';
import type { ReadDocument } from '../../src/operations/documents/documents.js';
import { draw } from '../../src/views/draw/draw.js';
import { discoverPicture, verifyPicture } from '../../src/views/picture.js';
import {
  digestFrom,
  FOUND,
  HOLDING,
  HOSTILE,
  HOSTILE_RESULT,
  INDEX,
  JUDGED,
  many,
  PARTLY_FOUND,
} from './support/results.js';

const NAME = 'registry.example/app:v1';
const found = discoverPicture(NAME, FOUND);
const partly = discoverPicture(NAME, PARTLY_FOUND);
const judged = verifyPicture(NAME, JUDGED, 'not verified: provenance is not attached');
const hostile = discoverPicture(HOSTILE, HOSTILE_RESULT);

it('draws a flowchart', () => {
  expect(draw('mermaid', found)).toMatchInlineSnapshot(`
    "%%{init: {"flowchart": {"wrappingWidth": 440}}}%%
    flowchart LR
      %% registry.example/app:v1: 5 attachments of the index and 2 platforms: 2 sboms, 2 signatures, 1 other
      n696d61676500(["registry.example/app:v1<br>696d61676500"]):::subject
      n6e6577657200("sbom · spdx<br>newer.spdx.json<br>2026-11-23 · 12.3 kB · 6e6577657200"):::sbom
      n6f662d73626f("signature · sigstore-bundle<br>2026-11-24 · 3.0 kB · 6f662d73626f"):::signature
      n6f6c64657200("sbom · spdx<br>older.spdx.json<br>2026-11-22 · 12.3 kB · 6f6c64657200"):::sbom
      n737472616e67("application/x<br>a#124;b.txt<br>700 B · 737472616e67")
      n616d64363400["linux/amd64<br>616d64363400"]
      n7369676e6174("signature · sigstore-bundle<br>2026-11-24 · 3.0 kB · 7369676e6174"):::signature
      n61726d363400["linux/arm64<br>61726d363400"]
      n696d61676500 --> n6e6577657200
      n6e6577657200 --> n6f662d73626f
      n696d61676500 --> n6f6c64657200
      n696d61676500 --> n737472616e67
      n696d61676500 --- n616d64363400
      n616d64363400 --> n7369676e6174
      n696d61676500 --- n61726d363400
      n61726d363400 --> n7369676e6174
      classDef sbom fill:#eaf2fb,stroke:#8babd0,color:#19406b
      classDef signature fill:#eafbf9,stroke:#8bd0c9,color:#196b63
      classDef subject fill:#1c1d20,stroke:#1c1d20,color:#ffffff"
  `);
});

it('shows in docs/pictures.md the flowchart that the command prints', async () => {
  const page = await readFile(new URL('../../docs/pictures.md', import.meta.url), 'utf8');
  const [printed, rendered] = page.match(/^flowchart LR\n[^`]*/gm) ?? [];
  expect(rendered).toBe(printed);
});

it('draws verdicts in a flowchart', () => {
  expect(draw('mermaid', judged)).toMatchInlineSnapshot(`
    "%%{init: {"flowchart": {"wrappingWidth": 440}}}%%
    flowchart LR
      %% registry.example/app:v1: not verified: provenance is not attached
      %% provenance is not attached to sha256:696d616765000000000000000000000000000000000000000000000000000000
      n616d64363400(["index<br>616d64363400"])
      n696d61676500(["registry.example/app:v1<br>696d61676500"]):::subject
      n6e6577657200("sbom · spdx<br>newer.spdx.json<br>2026-11-23 · 12.3 kB · 6e6577657200<br>verified#44; covered by 6f662d73626f"):::sbom_verified
      n6f662d73626f("signature<br>700 B · 6f662d73626f<br>verified by key 1f3a9c2b4d5e #40;cosign.pub#41;"):::signature_verified
      n7369676e6174("signature · sigstore-bundle<br>2026-11-24 · 3.0 kB · 7369676e6174<br>wrong"):::signature_wrong
      n636c61696d73("signature · cosign<br>700 B · 636c61696d73<br>unchecked#44; claims to be by ann#64;example.com#44; issuer https#58;#47;#47;issuer.example"):::signature_unchecked
      n616d64363400 --- n696d61676500
      n696d61676500 --> n6e6577657200
      n6e6577657200 --> n6f662d73626f
      n696d61676500 --> n7369676e6174
      n696d61676500 --> n636c61696d73
      classDef sbom_verified fill:#eaf2fb,color:#19406b,stroke:#17693a,stroke-width:3px
      classDef signature_unchecked fill:#eafbf9,stroke:#8bd0c9,color:#196b63,stroke-dasharray:4 3
      classDef signature_verified fill:#eafbf9,color:#196b63,stroke:#17693a,stroke-width:3px
      classDef signature_wrong fill:#eafbf9,color:#196b63,stroke:#b3261e,stroke-width:3px
      classDef subject fill:#1c1d20,stroke:#1c1d20,color:#ffffff"
  `);
});

it('draws a graph for Graphviz', () => {
  expect(draw('dot', found)).toMatchInlineSnapshot(`
    "digraph remora {
      // registry.example/app:v1: 5 attachments of the index and 2 platforms: 2 sboms, 2 signatures, 1 other
      graph [rankdir=LR, ranksep=0.6, nodesep=0.2, charset="UTF-8"];
      node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, margin="0.14,0.08"];
      edge [color="#8a8f98", arrowsize=0.6];
      n696d61676500 [label="registry.example/app:v1\\n696d61676500", tooltip="registry.example/app@sha256:696d616765000000000000000000000000000000000000000000000000000000", fillcolor="#1c1d20", color="#1c1d20", fontcolor="#ffffff", shape=ellipse];
      n6e6577657200 [label="sbom · spdx\\nnewer.spdx.json\\n2026-11-23 · 12.3 kB · 6e6577657200", tooltip="registry.example/app@sha256:6e65776572000000000000000000000000000000000000000000000000000000", fillcolor="#eaf2fb", color="#8babd0", fontcolor="#19406b"];
      n6f662d73626f [label="signature · sigstore-bundle\\n2026-11-24 · 3.0 kB · 6f662d73626f", tooltip="registry.example/app@sha256:6f662d73626f6d00000000000000000000000000000000000000000000000000", fillcolor="#eafbf9", color="#8bd0c9", fontcolor="#196b63"];
      n6f6c64657200 [label="sbom · spdx\\nolder.spdx.json\\n2026-11-22 · 12.3 kB · 6f6c64657200", tooltip="registry.example/app@sha256:6f6c646572000000000000000000000000000000000000000000000000000000", fillcolor="#eaf2fb", color="#8babd0", fontcolor="#19406b"];
      n737472616e67 [label="application/x\\na|b.txt\\n700 B · 737472616e67", tooltip="registry.example/app@sha256:737472616e676500000000000000000000000000000000000000000000000000", fillcolor="#f2f2f2", color="#adadad", fontcolor="#424242"];
      n616d64363400 [label="linux/amd64\\n616d64363400", tooltip="registry.example/app@sha256:616d643634000000000000000000000000000000000000000000000000000000", fillcolor="#f2f2f2", color="#adadad", fontcolor="#424242"];
      n7369676e6174 [label="signature · sigstore-bundle\\n2026-11-24 · 3.0 kB · 7369676e6174", tooltip="registry.example/app@sha256:7369676e61747572650000000000000000000000000000000000000000000000", fillcolor="#eafbf9", color="#8bd0c9", fontcolor="#196b63"];
      n61726d363400 [label="linux/arm64\\n61726d363400", tooltip="registry.example/app@sha256:61726d3634000000000000000000000000000000000000000000000000000000", fillcolor="#f2f2f2", color="#adadad", fontcolor="#424242"];
      n696d61676500 -> n6e6577657200;
      n6e6577657200 -> n6f662d73626f;
      n696d61676500 -> n6f6c64657200;
      n696d61676500 -> n737472616e67;
      n696d61676500 -> n616d64363400 [style=bold, arrowhead=none];
      n616d64363400 -> n7369676e6174;
      n696d61676500 -> n61726d363400 [style=bold, arrowhead=none];
      n61726d363400 -> n7369676e6174;
    }"
  `);
});

it('draws verdicts for Graphviz', () => {
  expect(draw('dot', judged)).toMatchInlineSnapshot(`
    "digraph remora {
      // registry.example/app:v1: not verified: provenance is not attached
      // provenance is not attached to sha256:696d616765000000000000000000000000000000000000000000000000000000
      graph [rankdir=LR, ranksep=0.6, nodesep=0.2, charset="UTF-8"];
      node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=11, margin="0.14,0.08"];
      edge [color="#8a8f98", arrowsize=0.6];
      n616d64363400 [label="index\\n616d64363400", tooltip="registry.example/app@sha256:616d643634000000000000000000000000000000000000000000000000000000", fillcolor="#f2f2f2", color="#adadad", fontcolor="#424242", shape=folder];
      n696d61676500 [label="registry.example/app:v1\\n696d61676500", tooltip="registry.example/app@sha256:696d616765000000000000000000000000000000000000000000000000000000", fillcolor="#1c1d20", color="#1c1d20", fontcolor="#ffffff", shape=ellipse];
      n6e6577657200 [label="sbom · spdx\\nnewer.spdx.json\\n2026-11-23 · 12.3 kB · 6e6577657200\\nverified, covered by 6f662d73626f", tooltip="registry.example/app@sha256:6e65776572000000000000000000000000000000000000000000000000000000", fillcolor="#eaf2fb", color="#196b35", fontcolor="#19406b", penwidth=2.5];
      n6f662d73626f [label="signature\\n700 B · 6f662d73626f\\nverified by key 1f3a9c2b4d5e (cosign.pub)", tooltip="registry.example/app@sha256:6f662d73626f6d00000000000000000000000000000000000000000000000000", fillcolor="#eafbf9", color="#196b35", fontcolor="#196b63", penwidth=2.5];
      n7369676e6174 [label="signature · sigstore-bundle\\n2026-11-24 · 3.0 kB · 7369676e6174\\nwrong", tooltip="registry.example/app@sha256:7369676e61747572650000000000000000000000000000000000000000000000", fillcolor="#eafbf9", color="#6b1919", fontcolor="#196b63", penwidth=2.5];
      n636c61696d73 [label="signature · cosign\\n700 B · 636c61696d73\\nunchecked, claims to be by ann@example.com, issuer https://issuer.example", tooltip="registry.example/app@sha256:636c61696d730000000000000000000000000000000000000000000000000000", fillcolor="#eafbf9", color="#8bd0c9", fontcolor="#196b63", style="rounded,filled,dashed"];
      n616d64363400 -> n696d61676500 [style=bold, arrowhead=none];
      n696d61676500 -> n6e6577657200;
      n6e6577657200 -> n6f662d73626f;
      n696d61676500 -> n7369676e6174;
      n696d61676500 -> n636c61696d73;
    }"
  `);
});

it('writes a comment for a pull request', () => {
  expect(draw('markdown', found)).toMatchInlineSnapshot(`
    "<!-- remora discover registry.example/app:v1 -->
    ### \`registry.example/app:v1\`

    5 attachments of the index and 2 platforms: 2 sboms, 2 signatures, 1 other

    Digest: \`sha256:696d616765000000000000000000000000000000000000000000000000000000\`

    | Platform | Kind | Format | File | Size | Created | Digest |
    | --- | --- | --- | --- | --- | --- | --- |
    | \`index\` | sbom | spdx | \`newer.spdx.json\` | 12.3 kB | 2026-11-23 12:00 UTC | \`6e6577657200\` |
    | \`index\` | ↳ signature | sigstore-bundle |  | 3.0 kB | 2026-11-24 12:00 UTC | \`6f662d73626f\` |
    | \`index\` | sbom | spdx | \`older.spdx.json\` | 12.3 kB | 2026-11-22 12:00 UTC | \`6f6c64657200\` |
    | \`index\` | \`application/x\` |  | \`a\\|b.txt\` | 700 B |  | \`737472616e67\` |
    | \`linux/amd64\` | signature | sigstore-bundle |  | 3.0 kB | 2026-11-24 12:00 UTC | \`7369676e6174\` |
    | \`linux/arm64\` | signature | sigstore-bundle |  | 3.0 kB | 2026-11-24 12:00 UTC | \`7369676e6174\` |"
  `);
});

it('writes verdicts for a pull request', () => {
  expect(draw('markdown', judged)).toMatchInlineSnapshot(`
    "<!-- remora verify registry.example/app:v1 -->
    ### \`registry.example/app:v1\`

    ❌ not verified: provenance is not attached

    Digest: \`sha256:696d616765000000000000000000000000000000000000000000000000000000\`

    > [!CAUTION]
    > provenance is not attached to \`sha256:696d616765000000000000000000000000000000000000000000000000000000\`

    | Kind | Format | File | Size | Created | Digest | Verdict | Signer |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    | sbom | spdx | \`newer.spdx.json\` | 12.3 kB | 2026-11-23 12:00 UTC | \`6e6577657200\` | ✅ verified |  |
    | ↳ signature |  |  | 700 B |  | \`6f662d73626f\` | ✅ verified | \`key 1f3a9c2b4d5e (cosign.pub)\` |
    | signature | sigstore-bundle |  | 3.0 kB | 2026-11-24 12:00 UTC | \`7369676e6174\` | ❌ wrong |  |
    | signature | cosign |  | 700 B |  | \`636c61696d73\` | ❔ unchecked | claimed: \`ann@example.com, issuer https://issuer.example\` |"
  `);
});

const FORMATS = ['mermaid', 'dot', 'markdown', 'html'] as const;

it.each(FORMATS)('says in %s that the result is incomplete, and what is missing', (format) => {
  const text = draw(format, partly).replace(/<\/?code>|`/g, '');
  expect(text).toContain('could not ask tag of registry.example/app');
  expect(text).toContain('more may be attached');
  expect(text).toContain('vex is not known of sha256:');
  expect(text).toContain('at least 5 attachments');
});

it.each(FORMATS)('is the same in %s for the same result, in whatever order a registry lists it', (format) => {
  const reversed = discoverPicture(NAME, { ...FOUND, referrers: [...FOUND.referrers].reverse() });
  expect(draw(format, reversed)).toBe(draw(format, found));
});

it('keeps hostile text within a line of Mermaid, in a comment or in a label', () => {
  const lines = draw('mermaid', hostile).split('\n').slice(1);
  expect(lines.every((line) => /^(?:flowchart LR| {2}(?:%% |n|classDef ))/.test(line))).toBe(true);
  for (const line of lines.filter((line) => /^ {2}n\w+\W*"/.test(line)))
    expect(line).toMatch(/^ {2}n\w+[([]+"(?:[\p{L}\p{Nd} ·×….:/-]|#\d+;|<br>)*"[)\]]+(?::::\w+)?$/u);
  expect(lines.filter((line) => line.startsWith('  %%')).join()).not.toMatch(/[{}]/);
});

it('keeps hostile text within the strings of DOT', () => {
  const lines = draw('dot', hostile).split('\n').slice(1, -1);
  const string = /"(?:[^"\\]|\\[\\"n])*"/g;
  for (const line of lines.filter((line) => !line.startsWith('  //')))
    expect(line.replace(string, 'S')).toMatch(/^ {2}(?:\w+|\w+ -> \w+)(?: \[(?:\w+=(?:\w+|[\d.]+),? ?)+\])?;$/);
});

it('keeps hostile text within the code spans of Markdown', () => {
  // The first line is a comment, of which the next test tells.
  const text = draw('markdown', hostile).split('\n').slice(1).join('\n');
  const spans = /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g;
  const outside = text.replace(spans, 'CODE');
  expect(outside).not.toMatch(/steal|evil|everyone|#1|\u202e/);
  for (const row of outside.split('\n').filter((line) => line.startsWith('|')))
    expect(row.match(/\|/g)).toHaveLength(outside.match(/^\| Platform.*$/m)?.[0].match(/\|/g)?.length ?? 0);
  // A bar in a cell has a backslash, within a code span as well.
  const rows = text.split('\n').filter((line) => line.startsWith('| '));
  const bars = new Set(rows.map((row) => row.match(/(?<!\\)\|/g)?.length));
  expect(bars.size).toBe(1);
});

it('names the subject in a comment that nothing ends early', () => {
  const picture = discoverPicture('oci:./a--><b>:v1', FOUND);
  expect(draw('markdown', picture).split('\n')[0]).toBe('<!-- remora discover oci:./a-__b_:v1 -->');
});

it('puts attachments of a kind together where GitHub would not render the flowchart', () => {
  const picture = discoverPicture(NAME, many(2000));
  const text = draw('mermaid', picture);
  expect(text).toContain('"1000 × sbom"');
  expect(text).toContain('%% 2001 nodes and 2000 edges are above the limits of GitHub');
  expect(text.length).toBeLessThan(2000);
});

it('puts platforms together where kinds of each are still too many', () => {
  const [platform] = FOUND.platforms ?? [];
  const platforms = Array.from({ length: 600 }, (_, index) => {
    const digest = digestFrom(`${index}-platform`);
    const referrers = platform?.referrers.map((node) => ({ ...node, subject: digest })) ?? [];
    return { ...HOLDING, digest, platform: `linux/v${index}`, referrers };
  });
  const text = draw('mermaid', discoverPicture(NAME, discoverSchema.parse({ ...FOUND, platforms })));
  expect(text).toContain('600 × platforms');
  expect(text.length).toBeLessThan(5000);
});

it('counts the rows that a comment has no room for', () => {
  const text = draw('markdown', discoverPicture(NAME, many(2000)));
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/\n\n\d+ more rows are left out/);
});

it('draws 20,000 attachments in seconds', () => {
  const begin = performance.now();
  const picture = discoverPicture(NAME, many(20_000));
  for (const format of FORMATS) expect(draw(format, picture).length).toBeGreaterThan(100);
  expect(performance.now() - begin).toBeLessThan(20_000);
});

it('draws indexes that hold each other many times over', () => {
  const levels = Array.from({ length: 40 }, (_, level) => [digestFrom(`${level}-a`), digestFrom(`${level}-b`)]);
  const platforms = levels.flatMap((pair, level) =>
    pair.map((digest) => ({ ...HOLDING, mediaType: INDEX, digest, within: levels[level - 1] ?? [], referrers: [] })),
  );
  const picture = discoverPicture(NAME, discoverSchema.parse({ ...FOUND, platforms }));
  expect(picture.graph.edges.filter(({ as }) => as === 'holds')).toHaveLength(2 + 39 * 4);
  for (const format of FORMATS) expect(draw(format, picture)).toContain('index');
});

it('shows the manifests in a page, and the reason where one was not read', () => {
  const [first, second] = FOUND.referrers;
  const documents = new Map<string, ReadDocument>([
    [first?.digest ?? '', { text: '{"a":"</script>","n":1.00}' }],
    [second?.digest ?? '', { unread: 'not read: <gone>' }],
  ]);
  const text = draw('html', found, documents);
  expect(text).toContain('&quot;a&quot;: &quot;&lt;/script&gt;&quot;,\n  &quot;n&quot;: 1.00');
  expect(text).toContain('Manifest not read: &lt;gone&gt;');
});
