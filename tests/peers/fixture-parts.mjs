// What the conformance suite wants of any server, whatever its SDK and era:
// tools, resources and prompts, as handlers by method.

// One pixel, and no sound.
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q' +
  'DwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

export const text = (value) => ({ type: 'text', text: value });
export const say = (value) => ({ content: [text(value)] });
const image = { type: 'image', data: PNG, mimeType: 'image/png' };
const audio = { type: 'audio', data: WAV, mimeType: 'audio/wav' };
const embedded = (uri, mimeType, value) =>
  ({ type: 'resource', resource: { uri, mimeType, text: value } });
const one = (item) => () => ({ content: [item] });

export const plainTools = {
  test_simple_text: one(text('This is a simple text response for testing.')),
  test_image_content: one(image),
  test_audio_content: one(audio),
  test_embedded_resource: one(
    embedded('test://embedded-resource', 'text/plain', 'embedded')),
  test_multiple_content_types: () => ({ content: [text('several:'), image,
    embedded('test://mixed-content-resource', 'application/json', '{}')] }),
  test_error_handling: () => ({ isError: true, content: [
    text('This tool intentionally returns an error for testing')] }),
  json_schema_2020_12_tool: one(text('it fits')),
};

const schemas = {
  json_schema_2020_12_tool: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    $defs: { address: { $anchor: 'addressDef', type: 'object', properties: {
      street: { type: 'string' }, city: { type: 'string' } } } },
    properties: { name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' }, email: { type: 'string' } },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } },
      required: ['contactMethod'] },
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
};

const resources = {
  'test://static-text': { mimeType: 'text/plain', text: 'static' },
  'test://static-binary': { mimeType: 'image/png', blob: PNG },
  'test://watched-resource': { mimeType: 'text/plain', text: 'watched' },
};

export const user = (content) => ({ role: 'user', content });
const prompts = {
  test_simple_prompt: () => [user(text('This is a simple prompt.'))],
  test_prompt_with_arguments: ({ arg1, arg2 }) =>
    [user(text(`arg1='${arg1}', arg2='${arg2}'`))],
  test_prompt_with_embedded_resource: ({ resourceUri }) =>
    [user(embedded(resourceUri, 'text/plain', 'embedded'))],
  test_prompt_with_image: () => [user(image), user(text('Look at it.'))],
};
const wants = {
  test_prompt_with_arguments: ['arg1', 'arg2'],
  test_prompt_with_embedded_resource: ['resourceUri'],
};

// undefined: there is no such resource.
function read(uri) {
  const page = /^test:\/\/template\/(.*)\/data$/.exec(uri);
  const found = page
    ? { mimeType: 'application/json', text: JSON.stringify({ id: page[1] }) }
    : resources[uri];
  return found && { contents: [{ uri, ...found }] };
}

// notFound(uri): the error of this SDK and era; tools and prompts: by name,
// what is done with (arguments, context).
export const handlersOf = ({ tools, morePrompts = {}, notFound }) => ({
  'tools/list': () => ({ tools: Object.keys(tools).map(
    (name) => ({ name, description: name, inputSchema:
      schemas[name] ?? { type: 'object', properties: {} } })) }),
  'tools/call': ({ params }, context) =>
    tools[params.name](params.arguments ?? {}, context),
  'resources/list': () => ({
    resources: Object.entries(resources).map(([uri, { mimeType }]) =>
      ({ uri, mimeType, name: uri })) }),
  'resources/templates/list': () => ({ resourceTemplates: [
    { uriTemplate: 'test://template/{id}/data', name: 'template' }] }),
  'resources/read': ({ params: { uri } }) => {
    const found = read(uri);
    if (!found)
      throw notFound(uri);
    return found;
  },
  'prompts/list': () => ({
    prompts: Object.keys({ ...prompts, ...morePrompts }).map((name) =>
      ({ name, description: name, arguments: (wants[name] ?? []).map((it) =>
        ({ name: it, required: true })) })) }),
  'prompts/get': ({ params }, context) => morePrompts[params.name]
    ? morePrompts[params.name](context)
    : { messages: prompts[params.name](params.arguments ?? {}) },
  'completion/complete': () =>
    ({ completion: { values: [], total: 0, hasMore: false } }),
});
