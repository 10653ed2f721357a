import { randomBytes } from 'node:crypto';
import {
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  createRequestStateCodec,
  type ElicitRequestFormParams,
  type InputRequest,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';

type Schema = ElicitRequestFormParams['requestedSchema'];

const done = (text: string): CallToolResult => ({ content: [{ type: 'text', text }] });
const object = (properties: Schema['properties'], required = Object.keys(properties)): Schema => ({
  type: 'object',
  properties,
  required,
});

const elicit = (message: string, properties: Schema['properties']): InputRequest =>
  inputRequired.elicit({ message, requestedSchema: object(properties) });
const sample = (prompt: string, maxTokens: number): InputRequest =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens });

const askName = elicit('What is your name?', { name: { type: 'string' } });
const askConfirmation = elicit('Please confirm', { ok: { type: 'boolean' } });

interface State {
  readonly step: number;
}
const states = createRequestStateCodec<State>({ key: randomBytes(32) });

const given = (context: ServerContext, key: string): boolean =>
  inputResponse(context.mcpReq.inputResponses, key).kind !== 'missing';

/** What the client of a stateless request says it can do. */
const abilities = ({ mcpReq }: ServerContext): ClientCapabilities =>
  (mcpReq.envelope as { readonly [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined)?.[
    CLIENT_CAPABILITIES_META_KEY
  ] ?? {};

/**
 * The handshake revision: the server asks its client in the middle of a call. Without `relatedRequestId` the question takes the
 * session's own stream, and is lost if the client has not opened that yet.
 */
const addPushed = (server: McpServer): void => {
  const add = server.registerTool.bind(server);

  add(
    'test_sampling',
    { description: 'Conformance: asks the client to sample', inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling(
        { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
        { relatedRequestId: mcpReq.id },
      );
      return done(`LLM response: ${JSON.stringify(content)}`);
    },
  );

  const ask = async ({ mcpReq }: ServerContext, message: string, requestedSchema: Schema): Promise<string> => {
    const question = { message, requestedSchema };
    const { action, content = {} } = await mcpReq.elicitInput(question, { relatedRequestId: mcpReq.id });
    return `action=${action}, content=${JSON.stringify(content)}`;
  };
  add(
    'test_elicitation',
    { description: 'Conformance: asks the user', inputSchema: z.object({ message: z.string() }) },
    async ({ message }, context) => {
      const person = object({
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" },
      });
      return done(`User response: ${await ask(context, message, person)}`);
    },
  );
  add('test_elicitation_sep1034_defaults', { description: 'Conformance: defaults of each type' }, async (context) => {
    const defaults = object(
      {
        name: { type: 'string', default: 'John Doe' },
        age: { type: 'integer', default: 30 },
        score: { type: 'number', default: 95.5 },
        status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
        verified: { type: 'boolean', default: true },
      },
      [],
    );
    return done(`Elicitation completed: ${await ask(context, 'Please review the defaults', defaults)}`);
  });
  add('test_elicitation_sep1330_enums', { description: 'Conformance: enums of each kind' }, async (context) => {
    const plain = ['option1', 'option2', 'option3'];
    const titled = plain.map((name, index) => ({ const: `value${index + 1}`, title: name }));
    const enums = object(
      {
        untitledSingle: { type: 'string', enum: plain },
        titledSingle: { type: 'string', oneOf: titled },
        legacyEnum: { type: 'string', enum: ['opt1', 'opt2'], enumNames: ['Option One', 'Option Two'] },
        untitledMulti: { type: 'array', items: { type: 'string', enum: plain } },
        titledMulti: { type: 'array', items: { anyOf: titled } },
      },
      [],
    );
    return done(`Elicitation completed: ${await ask(context, 'Please choose', enums)}`);
  });
};

/** The stateless revision, one round: the answer says what is missing, and the client calls again with it. */
const addSingleRounds = (server: McpServer): void => {
  const single: Record<string, readonly [key: string, InputRequest]> = {
    elicitation: ['user_name', askName],
    sampling: ['capital_question', sample('What is the capital of France?', 100)],
    list_roots: ['client_roots', inputRequired.listRoots()],
  };
  for (const [kind, [key, request]] of Object.entries(single)) {
    const name = `test_input_required_result_${kind}`;
    server.registerTool(name, { description: `Conformance: wants ${kind}` }, (context) =>
      given(context, key)
        ? done(`Hello: ${JSON.stringify(inputResponse(context.mcpReq.inputResponses, key))}`)
        : inputRequired({ inputRequests: { [key]: request } }),
    );
  }
  server.registerTool(
    'test_input_required_result_capabilities',
    { description: 'Conformance: asks only what the client can answer' },
    (context) => {
      const { elicitation, sampling } = abilities(context);
      return inputRequired({
        inputRequests: {
          ...(elicitation ? { name: askName } : {}),
          ...(sampling ? { greeting: sample('Generate a greeting', 50) } : {}),
        },
      });
    },
  );
  server.registerTool('test_streaming_elicitation', { description: 'Conformance: never pushes' }, (context) =>
    given(context, 'name') ? done('Thank you.') : inputRequired({ inputRequests: { name: askName } }),
  );
  // The SDK refuses to ask what the client did not declare, which is the answer that is wanted here.
  server.registerTool('test_missing_capability', { description: 'Conformance: wants sampling' }, () =>
    inputRequired({ inputRequests: { greeting: sample('Generate a greeting', 50) } }),
  );
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Conformance: a prompt that wants input' },
    (context) =>
      given(context, 'user_context')
        ? { messages: [{ role: 'user', content: { type: 'text', text: 'Use the context given.' } }] }
        : inputRequired({
            inputRequests: {
              user_context: elicit('What context should the prompt use?', { context: { type: 'string' } }),
            },
          }),
  );
};

/** The stateless revision, several rounds: state goes out signed and comes back through the client. */
const addSignedRounds = (server: McpServer): void => {
  const rounds: Record<string, readonly Record<string, InputRequest>[]> = {
    request_state: [{ confirm: askConfirmation }],
    tampered_state: [{ confirm: askConfirmation }],
    multiple_inputs: [
      { user_name: askName, greeting: sample('Generate a greeting', 50), client_roots: inputRequired.listRoots() },
    ],
    multi_round: [
      { step1: elicit('Step 1: What is your name?', { name: { type: 'string' } }) },
      { step2: elicit('Step 2: What is your favorite color?', { color: { type: 'string' } }) },
    ],
  };
  // An option of the server's constructor, which a fixture comes too late for.
  Object.assign(server.server, { _requestStateVerify: states.verify });
  for (const [kind, steps] of Object.entries(rounds)) {
    const name = `test_input_required_result_${kind}`;
    server.registerTool(name, { description: `Conformance: ${steps.length} signed rounds` }, async (context) => {
      const step = context.mcpReq.requestState<State>()?.step ?? 0;
      const answered = Object.keys(steps[step - 1] ?? {}).every((key) => given(context, key));
      const next = answered ? step : step - 1;
      const inputRequests = steps[next];
      if (inputRequests === undefined) return done('state-ok');
      return inputRequired({ inputRequests, requestState: await states.mint({ step: next + 1 }, context) });
    });
  }
};

/** Tools and a prompt that need something from the client, in both revisions. */
export const addInputFixtures = (server: McpServer): void => {
  addPushed(server);
  addSingleRounds(server);
  addSignedRounds(server);
};
