import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { API } from 'typescript/unstable/sync';

const FOREIGN = /\b(zod|undici)\b|@sigstore/;
const INFERRED = /^z\.(infer|output)</;
const IMPORTED = /(?:from |import\()["'](\.[^"']+)\.js["']/g;
/** NoTruncation, UseStructuralFallback, UseFullyQualifiedType, MultilineObjectLiterals, InTypeAlias */
const WRITTEN_OUT = 1 | 8 | 64 | 1024 | 8388608;

/**
 * Leaves the declarations that the entries lead to, and writes out in them what is inferred from schemas: a program
 * that uses the library needs the types of no other package.
 *
 * @param {string} folder of the compiled library
 * @param {string[]} entries in it
 */
export async function publishTypes(folder, entries) {
  const there = entries.filter((entry) => existsSync(join(folder, entry)));
  const files = reachable(folder, there).filter((file) => FOREIGN.test(readFileSync(join(folder, file), 'utf8')));
  for (const [file, text] of writtenOut(folder, files))
    writeFileSync(join(folder, file), withComments(text, await descriptionsIn(resolve(folder, file))));
  const published = reachable(folder, there);
  for (const name of readdirSync(folder, { recursive: true }))
    if (name.endsWith('.d.ts') && !published.includes(name)) rmSync(join(folder, name));
  for (const name of published) {
    const text = readFileSync(join(folder, name), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
    if (FOREIGN.test(text)) throw new Error(`${name} names types of another package`);
  }
}

function reachable(folder, entries) {
  const found = new Set(entries);
  for (const file of found) {
    for (const [, path] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORTED))
      found.add(`${posix.join(posix.dirname(file), path)}.d.ts`);
  }
  return [...found];
}

/** The texts of files without schemas, and with the types that were inferred from them. */
function writtenOut(folder, files) {
  const config = resolve(folder, 'tsconfig.json');
  const compilerOptions = { module: 'nodenext', target: 'es2023', strict: true, exactOptionalPropertyTypes: true, types: ['node'] };
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ['**/*.d.ts'] }));
  const api = new API();
  try {
    const [project] = api.updateSnapshot({ openProjects: [config] }).getProjects();
    return new Map(files.map((file) => [file, withoutSchemas(project, resolve(folder, file))]));
  } finally {
    api.close();
    rmSync(config);
  }
}

function withoutSchemas({ program, checker }, file) {
  const source = program.getSourceFile(file);
  const parts = [];
  source.forEachChild((statement) => {
    const text = source.text.slice(statement.pos, statement.end);
    const code = statement.getText(source);
    const edits = [];
    const visit = (node) => {
      if (INFERRED.test(node.getText(source))) {
        const type = checker.typeToString(checker.getTypeFromTypeNode(node), node, WRITTEN_OUT);
        edits.push({ start: node.getStart(source) - statement.pos, end: node.end - statement.pos, type });
      } else node.forEachChild(visit);
    };
    if (/^(export )?(declare |type |interface )/.test(code) && !/^(export )?declare (const|function)/.test(code)) visit(statement);
    let changed = text;
    for (const { start, end, type } of edits.reverse()) changed = changed.slice(0, start) + type + changed.slice(end);
    const isSchema = /^(export )?declare (const|function)/.test(code) && /\bz\.|\bDispatcher\b/.test(code);
    if (!isSchema && !/^import [^;]* from ['"](zod|undici)(\/\w+)?['"]/.test(code)) parts.push(changed);
  });
  return `${parts.join('')}\n`;
}

/** What the schemas of a module say of a field, by its name; fields of one name that differ say nothing. */
async function descriptionsIn(declarations) {
  const module = declarations.replace(/\.d\.ts$/, '.js');
  if (!module.endsWith('schema.js')) return new Map();
  const found = new Map();
  const seen = new Set();
  const visit = (schema) => {
    const def = schema?._zod?.def;
    if (def === undefined || seen.has(schema)) return;
    seen.add(schema);
    for (const [name, field] of Object.entries(def.shape ?? {})) {
      const said = found.get(name) ?? new Set();
      found.set(name, said.add(field.description));
      visit(field);
    }
    for (const inner of [def.element, def.innerType, def.valueType, ...(def.options ?? [])]) visit(inner);
  };
  for (const schema of Object.values(await import(pathToFileURL(module)))) visit(schema);
  return new Map([...found].flatMap(([name, [text, ...others]]) => (text && others.length === 0 ? [[name, text]] : [])));
}

/** A comment before each field that has a description. */
function withComments(text, descriptions) {
  return text.replace(/^( +)(\w+)\??: /gm, (line, indent, name) =>
    descriptions.has(name) ? `${indent}/** ${descriptions.get(name)} */\n${line}` : line,
  );
}
