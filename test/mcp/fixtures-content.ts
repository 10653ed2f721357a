import {
  type CallToolResult,
  completable,
  type GetPromptResult,
  type McpServer,
  ResourceTemplate,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

const redPixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
const emptyWave = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

const text = (value: string): { type: 'text'; text: string } => ({ type: 'text', text: value });
const image = { type: 'image', data: redPixel, mimeType: 'image/png' } as const;
const embedded = (
  uri: string,
  mimeType: string,
  value: string,
): { type: 'resource'; resource: { uri: string; mimeType: string; text: string } } => ({
  type: 'resource',
  resource: { uri, mimeType, text: value },
});
const asked = (...content: GetPromptResult['messages'][number]['content'][]): GetPromptResult => ({
  messages: content.map((part) => ({ role: 'user', content: part })),
});

const answers: Record<string, CallToolResult['content']> = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: emptyWave, mimeType: 'audio/wav' }],
  test_embedded_resource: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ],
};

const addTools = (server: McpServer): void => {
  for (const [name, content] of Object.entries(answers)) {
    server.registerTool(name, { description: `Conformance: ${name}` }, () => ({ content }));
  }
  server.registerTool('test_error_handling', { description: 'Conformance: a tool that throws' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
};

const addResources = (server: McpServer): void => {
  const plain = { description: 'Conformance resource', mimeType: 'text/plain' };
  server.registerResource('static-text', 'test://static-text', plain, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }],
  }));
  server.registerResource('static-binary', 'test://static-binary', { ...plain, mimeType: 'image/png' }, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: redPixel }],
  }));
  server.registerResource('watched', 'test://watched-resource', plain, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'text/plain', text: 'Watched resource content' }],
  }));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { ...plain, mimeType: 'application/json' },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${String(id)}` }),
        },
      ],
    }),
  );
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
};

const addPrompts = (server: McpServer): void => {
  server.registerPrompt('test_simple_prompt', { description: 'Conformance: no arguments' }, () =>
    asked(text('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'Conformance: two arguments, one with completions',
      argsSchema: z.object({
        arg1: completable(z.string(), (value) => ['paris', 'park', 'party'].filter((word) => word.startsWith(value))),
        arg2: z.string(),
      }),
    },
    ({ arg1, arg2 }) => asked(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'Conformance: embeds a resource', argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) =>
      asked(
        embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
        text('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'Conformance: an image' }, () =>
    asked(image, text('Please analyze the image above.')),
  );
};

/** Fixed answers of every kind of content. */
export const addContentFixtures = (server: McpServer): void => {
  addTools(server);
  addResources(server);
  addPrompts(server);
};
