/** Writes `docs/json.md`: the fields of each command's `--json`, from the schemas of their results. */
import { writeFileSync } from 'node:fs';
import * as z from 'zod';
import { resultSchemas } from '../dist/operations/schemas/schemas.js';

const HEAD = `# JSON output

With \`--json\` each command prints one object. Later versions may add fields, and keep the names of these. A \`?\` marks a field
that may be absent, \`[]\` the elements of a list, and \`{}\` the values of a map. The library exports the schemas as
\`resultSchemas\`, and this page is made from them.
`;

const sections = Object.entries(resultSchemas).map(([name, schema]) => {
  const root = z.toJSONSchema(schema, { unrepresentable: 'any' });
  const forms = root.anyOf ?? [root];
  const tables = forms.map((form) => table(rowsOf(form, root.$defs ?? {})));
  const title = name === 'error' ? 'A failure of any command' : `remora ${name}`;
  return `## ${title}\n\n${tables.join('\n\nor\n\n')}\n`;
});
writeFileSync('docs/json.md', [HEAD, ...sections].join('\n'));

function table(rows) {
  return ['| field | type | |', '|---|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

/** The rows of an object's fields; a definition that contains itself is told once. */
function rowsOf(schema, definitions, path = '', met = []) {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const own = `${path}${path === '' ? '' : '.'}${name}${required.includes(name) ? '' : '?'}`;
    return rowsOfValue(field, definitions, own, met);
  });
}

function rowsOfValue(given, definitions, path, met) {
  const reference = given.$ref?.slice('#/$defs/'.length);
  const known = met.find(([name]) => name === reference);
  if (known !== undefined) return [[code(path), 'object', cell(`As ${known[1]}`)]];
  const value = reference === undefined ? given : { ...definitions[reference], ...given };
  const within = reference === undefined ? met : [...met, [reference, code(path)]];
  const row = [code(path), cell(typeOf(value, definitions)), cell(given.description ?? value.description ?? '')];
  const { items, properties, additionalProperties: values } = value;
  if (properties !== undefined) return [row, ...rowsOf(value, definitions, path, within)];
  if (items?.properties !== undefined || items?.$ref !== undefined)
    return [row, ...rowsOfValue(items, definitions, `${path}[]`, within).slice(items.$ref && met.some(([name]) => name === items.$ref.slice(8)) ? 0 : 1)];
  if (typeof values === 'object' && (values.properties !== undefined || values.$ref !== undefined))
    return [row, ...rowsOfValue(values, definitions, `${path}{}`, within).slice(1)];
  return [row];
}

function typeOf({ type, items, enum: values, const: only, anyOf, additionalProperties, properties }, definitions) {
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(', ');
  if (anyOf !== undefined) return [...new Set(anyOf.map((each) => typeOf(each, definitions)))].join(' or ');
  if (type === 'array') return `list of ${items.$ref ? 'objects' : plural(typeOf(items, definitions))}`;
  if (type === 'object' && properties === undefined && typeof additionalProperties === 'object')
    return `map of ${plural(typeOf(additionalProperties, definitions))}`;
  // A digest has a type of its own, which a schema of JSON does not know.
  return type === undefined ? 'string' : [type].flat().join(' or ');
}

function plural(type) {
  return /^[a-z]+$/.test(type) ? `${type}s` : type;
}

function code(path) {
  return `\`${path}\``;
}

function cell(text) {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}
