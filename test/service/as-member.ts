import type { MemoryId } from '../../src/domain/ids.ts';
import type { JsonObject } from '../../src/domain/memory.ts';
import type { ServiceContext } from '../../src/service/context.ts';
import type { ToolAnswer } from '../../src/tools/tool.ts';

type Call = (tool: string, input: Record<string, unknown>) => Promise<ToolAnswer>;

const needVersion: readonly string[] = ['update_memory', 'delete_memory'];

const ownFacts = ({ visibility: _, team_id: _team, because: _why, ...facts }: JsonObject): JsonObject => facts;

const ownText = (text: string, user: string): string =>
  text
    .replaceAll(` by ${user}`, '')
    .replaceAll(`; updated_by: ${user}`, '')
    .replace(/; context_tenant_id: \w+; context_visibility: \w+; context_created_by: \w+/g, '');

/**
 * The calls of tests that know nothing of tenants, made by one user of one tenant: with the version that multi-tenant mode asks for, and
 * without what it adds to an answer.
 */
export const asMember =
  ({ store, scope }: ServiceContext, call: Call): Call =>
  async (tool, input) => {
    const user = scope.tenant === null ? '' : scope.user;
    const [memory] = needVersion.includes(tool)
      ? await store.memories(scope, [input.memory_id as MemoryId], 'any')
      : [];
    const { text, structured } = await call(tool, memory ? { expected_version: memory.version, ...input } : input);
    return { text: ownText(text, user), ...(structured ? { structured: ownFacts(structured) } : {}) };
  };
