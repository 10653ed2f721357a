import { tools } from '../tools/registry.ts';
import type { ListedTool } from './listed-tool.ts';
import { listTool } from './listed-tool.ts';

/** Every tool, in the order in which a model reads them. The build puts the value in place of this module: see `scripts/bundle.ts`. */
export const toolList: readonly ListedTool[] = tools.map(listTool);
