import type { TenantScope } from '../domain/scope.ts';
import { AppError } from '../errors.ts';

const key = 'tenant_id';

const namesTenant = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key);

/**
 * Some callers say of which tenant they are, though the server knows. Their own is taken off, another throws `invalid_input`. In
 * single-tenant mode the key is as unknown as any other.
 */
export const withoutTenant = async (
  tool: string,
  raw: unknown,
  scope: () => Promise<TenantScope>,
): Promise<unknown> => {
  if (!namesTenant(raw)) return raw;
  const { tenant } = await scope();
  if (tenant === null) return raw;
  const { [key]: named, ...rest } = raw;
  if (named === tenant) return rest;
  throw new AppError(
    'invalid_input',
    `${tool}: "${key}" names another tenant; the server's configuration says which it is, ${JSON.stringify(tenant)}. Leave it out.`,
  );
};
