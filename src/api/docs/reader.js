// Reads /openapi.json and lays it out: sections by tag, one <details> an operation or a message of the WebSocket, filled when it is first opened.

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const DEPTH_MAX = 4;

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined && value !== false) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

let root;

function resolve(thing) {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split('/').reduce((at, part) => at?.[part.replaceAll('~1', '/').replaceAll('~0', '~')], root);
}

const nameOf = (schema) => schema?.$ref?.split('/').pop();

function typeText(schema) {
  if (!schema || Object.keys(schema).length === 0) return 'anything';
  if (schema.$ref) return nameOf(schema);
  if (schema.anyOf || schema.oneOf) return (schema.anyOf ?? schema.oneOf).map(typeText).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const types = [schema.type].flat().filter(Boolean);
  const text = types.map((type) => (type === 'array' ? `${typeText(schema.items)}[]` : type)).join(' or ');
  return schema.format ? `${text} (${schema.format})` : text;
}

function boundsText(schema) {
  const s = resolve(schema) ?? {};
  const parts = [];
  if (s.enum) parts.push(s.enum.map((value) => JSON.stringify(value)).join(', '));
  if (s.minLength !== undefined || s.maxLength !== undefined) parts.push(`${s.minLength ?? 0} to ${s.maxLength ?? 'any number of'} characters`);
  if (s.minimum !== undefined) parts.push(`${s.minimum} to ${s.maximum}`);
  if (s.maxItems !== undefined) parts.push(`${s.minItems ? `${s.minItems} to` : 'at most'} ${s.maxItems} items`);
  if (s.pattern) parts.push(`matches ${s.pattern}`);
  if (s.default !== undefined) parts.push(`default ${JSON.stringify(s.default)}`);
  if (s.examples) parts.push(`for example ${JSON.stringify(s.examples[0])}`);
  return parts.join('; ');
}

function table(head, rows) {
  return element('div', { class: 'scroll' },
    element('table', {},
      element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...rows)));
}

function fieldRow(path, schema, needed, help) {
  const bounds = boundsText(schema);
  const text = [help ?? resolve(schema)?.description, bounds].filter(Boolean).join('. ');
  return element('tr', {},
    element('td', {}, path, needed ? element('span', { class: 'needed', title: 'required' }, ' *') : ''),
    element('td', {}, typeText(schema)), element('td', {}, text));
}

function* fieldRows(schema, prefix = '', seen = []) {
  const object = resolve(schema);
  if (!object || seen.length > DEPTH_MAX || seen.includes(object)) return;
  for (const [name, property] of Object.entries(object.properties ?? {})) {
    yield fieldRow(prefix + name, property, object.required?.includes(name));
    const inner = property.anyOf?.find((choice) => choice.$ref) ?? property;
    yield* fieldRows(inner.type === 'array' ? inner.items : inner, `${prefix}${name}${inner.type === 'array' ? '[]' : ''}.`, [...seen, object]);
  }
  for (const one of object.oneOf ?? []) yield* fieldRows(one, `${prefix}(${nameOf(one)}) `, [...seen, object]);
}

function schemaTable(schema) {
  const target = resolve(schema);
  const rows = [...fieldRows(target?.type === 'array' ? target.items : schema)];
  return rows.length ? table(['Field', 'Type', 'Meaning'], rows) : element('p', { class: 'muted' }, typeText(schema));
}

function parametersPart(operation) {
  if (!operation.parameters?.length) return [];
  const rows = operation.parameters.map((p) => fieldRow(`${p.name} (${p.in})`, p.schema, p.required, p.description));
  return [element('h3', {}, 'Parameters'), table(['Name', 'Type', 'Meaning'], rows)];
}

function bodyPart(operation) {
  return Object.entries(operation.requestBody?.content ?? {}).flatMap(([type, content]) => [
    element('h3', {}, 'Body ', element('span', { class: 'muted' }, type)), schemaTable(content.schema)]);
}

function responsePart(status, reference) {
  const response = resolve(reference);
  const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
  const heading = element('h4', {}, `${status} `, element('span', { class: 'muted' }, type ?? ''));
  if (Number(status) >= 400) return [heading, element('p', {}, response.description.replaceAll('`', ''))];
  const name = nameOf(content?.schema);
  return [heading, element('p', {}, response.description, name ? `: ${name}` : ''), content ? schemaTable(content.schema) : null];
}

function accessFacts(operation) {
  const facts = [`access: ${operation['x-auth']}`, `limit: ${operation['x-limit']}`];
  if (operation['x-permission']) facts.push(`or permission: ${operation['x-permission']}`);
  if (operation['x-scope']) facts.push(`scope: ${operation['x-scope']}`);
  if (operation.security?.some((way) => 'csrf' in way)) facts.push('X-CSRF-Token with cookies');
  return element('ul', { class: 'facts' }, ...facts.map((fact) => element('li', {}, fact)));
}

function fill(details, operation) {
  details.append(element('div', { class: 'body' },
    operation.description ? element('p', {}, operation.description) : null, accessFacts(operation), ...parametersPart(operation),
    ...bodyPart(operation), element('h3', {}, 'Replies'),
    ...Object.entries(operation.responses).flatMap(([status, response]) => responsePart(status, response)).filter(Boolean)));
}

function operationNode(method, path, operation) {
  const details = element('details', { id: operation.operationId },
    element('summary', {}, element('span', { class: `method ${method}` }, method.toUpperCase()),
      element('span', { class: 'path' }, path), element('span', { class: 'muted' }, operation.summary)));
  details.addEventListener('toggle', () => {
    if (!details.open) return;
    if (details.childElementCount === 1) fill(details, operation);
    history.replaceState(null, '', `#${operation.operationId}`);
  });
  details.dataset.text = [method, path, operation.summary, operation.description, JSON.stringify(operation.parameters),
    JSON.stringify(operation.requestBody)].join(' ').toLowerCase();
  return details;
}

function sections() {
  const byTag = new Map(root.tags.map((tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(root.paths))
    for (const method of METHODS)
      if (item[method]) byTag.get(item[method].tags[0]).push(operationNode(method, path, item[method]));
  return byTag;
}

// A message of the WebSocket: who sends it, on which topic, and its fields.
/** `where`: begins the ids of a WebSocket on which both sides may use one name. */
function messageNode(message, where) {
  const details = element('details', { id: where ? `${where}-${message.from}-${message.name}` : `message-${message.name}` },
    element('summary', {}, element('span', { class: 'method' }, message.from),
      element('span', { class: 'path' }, message.name), element('span', { class: 'muted' }, message.summary)));
  const facts = [`sent by the ${message.from}`];
  const topic = root['x-topics'].find(({ name }) => name.startsWith(`${message.topic}:`));
  if (topic) facts.push(`topic: ${topic.name} (${topic.summary})`, `read the same at ${message.address}`);
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1)
      details.append(element('div', { class: 'body' }, element('ul', { class: 'facts' }, ...facts.map((fact) => element('li', {}, fact))), schemaTable(message.schema)));
  });
  details.dataset.text = ['websocket message', message.name, message.summary, message.topic].join(' ').toLowerCase();
  return details;
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const section of document.querySelectorAll('#list section')) {
    let shown = 0;
    for (const details of section.querySelectorAll('details')) {
      details.hidden = !words.every((word) => details.dataset.text.includes(word));
      shown += details.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
    found += shown;
  }
  document.getElementById('status').textContent = words.length ? `${found} operations and messages found` : `${found} operations and messages`;
}

function openFromAddress() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName !== 'DETAILS') return;
  target.open = true;
  target.scrollIntoView();
}

async function start() {
  const status = document.getElementById('status');
  const response = await fetch('/openapi.json');
  if (!response.ok) {
    status.textContent = `The description cannot be read now (${response.status}). Try again in a moment.`;
    return;
  }
  root = await response.json();
  for (const [tag, operations] of [...sections(), ['websocket', root['x-messages'].map((one) => messageNode(one))],
    ['stream-websocket', root['x-stream-messages'].map((one) => messageNode(one, 'stream'))]]) {
    document.getElementById('sections').append(element('li', {},
      element('a', { href: `#tag-${tag}` }, tag, element('span', {}, String(operations.length)))));
    document.getElementById('list').append(element('section', { 'aria-labelledby': `tag-${tag}` },
      element('h2', { id: `tag-${tag}` }, tag), ...operations));
  }
  search('');
  openFromAddress();
}

const box = document.getElementById('search');
box.addEventListener('input', () => search(box.value));
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && document.activeElement !== box && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    box.focus();
  } else if (event.key === 'Escape' && document.activeElement === box) {
    box.value = '';
    search('');
  }
});
addEventListener('hashchange', openFromAddress);
start().catch(() => { document.getElementById('status').textContent = 'The description cannot be read. Is the server running?'; });
