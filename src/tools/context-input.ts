import * as z from 'zod';
import type { JsonObject, MemoryContext } from '../domain/memory.ts';
import { moment, orNothing, strings } from './inputs.ts';

/** Where a memory was made; the project is found by itself. */
export const contextInput = z
  .strictObject({
    project_path: z.string().optional(),
    files_involved: strings.optional(),
    languages: strings.optional(),
    frameworks: strings.optional(),
    technologies: strings.optional(),
    git_commit: z.string().optional(),
    git_branch: z.string().optional(),
    working_directory: z.string().optional(),
    timestamp: moment.optional(),
    session_id: z.string().optional(),
    user_id: z.string().optional(),
    additional_metadata: z.looseObject({}).optional(),
  })
  .meta({
    listed: {
      type: 'object',
      description:
        'files_involved[], languages[], frameworks[], technologies[], git_branch, git_commit, project_path, session_id, additional_metadata{}',
    },
  });

/** The fields that were given, under the names used inside. */
export const contextDraft = (given: z.output<typeof contextInput> | undefined): Partial<MemoryContext> => ({
  ...(given?.project_path === undefined ? {} : { projectPath: orNothing(given.project_path) }),
  ...(given?.files_involved ? { filesInvolved: given.files_involved } : {}),
  ...(given?.languages ? { languages: given.languages } : {}),
  ...(given?.frameworks ? { frameworks: given.frameworks } : {}),
  ...(given?.technologies ? { technologies: given.technologies } : {}),
  ...(given?.git_commit === undefined ? {} : { gitCommit: orNothing(given.git_commit) }),
  ...(given?.git_branch === undefined ? {} : { gitBranch: orNothing(given.git_branch) }),
  ...(given?.working_directory === undefined ? {} : { workingDirectory: orNothing(given.working_directory) }),
  ...(given?.timestamp === undefined ? {} : { timestamp: given.timestamp }),
  ...(given?.session_id === undefined ? {} : { sessionId: orNothing(given.session_id) }),
  ...(given?.user_id === undefined ? {} : { userId: orNothing(given.user_id) }),
  ...(given?.additional_metadata ? { additionalMetadata: given.additional_metadata as JsonObject } : {}),
});
