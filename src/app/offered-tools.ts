import type { Config } from '../config.ts';
import type { ListedTool } from '../mcp/listed-tool.ts';

type Offer = Pick<Config, 'toolProfile' | 'readOnly' | 'tenancy'>;

interface Variants<T> {
  readonly whenReadOnly?: T;
  readonly whenMultiTenant?: T;
}

/** The form of a tool that fits the mode. */
export const asOffered = <T extends Variants<T>>(
  tool: T,
  { readOnly, tenancy }: Pick<Offer, 'readOnly' | 'tenancy'>,
): T => {
  const fitting = tenancy.mode === 'multi' ? (tool.whenMultiTenant ?? tool) : tool;
  return readOnly ? (fitting.whenReadOnly ?? fitting) : fitting;
};

/** `extended` includes `core`; a read-only server has no tool that writes. */
export const offered = (tools: readonly ListedTool[], offer: Offer): readonly ListedTool[] =>
  tools
    .filter((tool) => tool.profile === 'core' || offer.toolProfile === 'extended')
    .filter((tool) => offer.tenancy.mode === 'multi' || tool.multiTenantOnly !== true)
    .map((tool) => asOffered(tool, offer))
    .filter((tool) => !offer.readOnly || tool.annotations.readOnlyHint);
