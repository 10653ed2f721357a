import type { CompleteRequest, CompleteResult } from '@modelcontextprotocol/server';
import { withProtocolErrors } from './error-boundary.ts';
import type { Wrap } from './handlers.ts';
import { promptsFor } from './prompts.ts';
import { memoryTemplate } from './resource-uris.ts';
import type { McpApp } from './server.ts';

/** The protocol lets out no more. */
const mostValues = 100;

type Subject = 'id' | 'project' | 'type' | 'tag';
const subjects: ReadonlySet<string> = new Set<Subject>(['id', 'project', 'type', 'tag']);

const complete = async (app: McpApp, subject: Subject, text: string): Promise<CompleteResult> => {
  const [{ completeId, completeFacet }, context] = await Promise.all([
    import('../service/complete.ts'),
    app.contextFor(),
  ]);
  const found = await (subject === 'id' ? completeId(context, text) : completeFacet(context, subject, text));
  const values = found.values.slice(0, mostValues);
  const total = found.complete ? { total: found.values.length } : {};
  return { completion: { values, ...total, hasMore: !found.complete || found.values.length > mostValues } };
};

/** The arguments of our own template and prompts; every other goes to the SDK. */
export const completionWrap = (app: McpApp): Wrap => {
  const argumentsOf = (ref: CompleteRequest['params']['ref']): readonly string[] | null => {
    if (ref.type === 'ref/resource') return ref.uri === memoryTemplate ? ['id'] : null;
    const prompt = promptsFor(app.tools).find(({ name }) => name === ref.name);
    return prompt === undefined ? null : Object.keys(prompt.arguments);
  };
  return {
    around: (handler) => async (request, sdkContext) => {
      const { ref, argument } = request.params as CompleteRequest['params'];
      const known = argumentsOf(ref);
      if (known === null) return handler(request, sdkContext);
      const { name, value } = argument;
      if (!known.includes(name) || !subjects.has(name)) return { completion: { values: [], hasMore: false } };
      return withProtocolErrors(() => complete(app, name as Subject, value), 'completion/complete', app);
    },
  };
};
