import type { App } from '../app.ts';
import type { Config } from '../config.ts';
import { errorTable, isAppError } from '../errors.ts';
import type { ServiceContext } from '../service/context.ts';
import { indexIsCurrent, renewIndex } from '../service/renew-index.ts';
import { whoAmI } from '../service/who-am-i.ts';
import type { Finding } from '../storage/store.ts';
import { showProgress } from './progress.ts';
import { print, type Terminal } from './terminal.ts';
import { withApp } from './with-app.ts';

const problemExitCode = 1;

interface Examination {
  readonly findings: readonly Finding[];
  readonly exitCode: number;
}

const ok = (what: string): Finding => ({ severity: 'ok', what, fix: null });

const durabilities = {
  power_loss: 'An answered write survives a power cut.',
  process_kill: 'An answered write survives a killed process, not a power cut.',
  none: 'An answered write may be lost with the process.',
} as const;

/** Folders that are emptied behind the user's back. */
const fleeting = /[\\/](_npx|node_modules|\.cache|tmp|temp)[\\/]/i;

const examineStore = async (app: App): Promise<Examination> => {
  const store = await app.store();
  const place: Finding = fleeting.test(store.location)
    ? {
        severity: 'warning',
        what: `The store is in a folder that may be emptied at any time: ${store.location}`,
        fix: 'Move it to the data folder, or name another place in the configuration.',
      }
    : ok(`The store is ${store.location}`);
  try {
    const findings = [place, ok(durabilities[store.capabilities.durability]), ...(await store.inspect())];
    return { findings, exitCode: findings.some(({ severity }) => severity === 'error') ? problemExitCode : 0 };
  } catch (error) {
    if (!isAppError(error)) throw error;
    const failure: Finding = { severity: 'error', what: `${error.code}: ${error.message}`, fix: null };
    return { findings: [place, failure], exitCode: errorTable[error.code].exitCode };
  }
};

const listed = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(', ') || 'none';

/** Nothing where one person has the store. */
const examineTenancy = async (app: App, { tenancy }: Config): Promise<readonly Finding[]> => {
  if (tenancy.mode === 'single') {
    return tenancy.view === null ? [] : [ok(`Single-tenant mode shows the tenant ${tenancy.view}, for reading.`)];
  }
  const caller = whoAmI({ scope: await app.callerScope() });
  if (caller === null) return [];
  const { tenant, user, teams, projects } = caller;
  return [
    ok(`Multi-tenant mode: this process acts as ${JSON.stringify(user)} of the tenant ${tenant}.`),
    ok(`Its teams are ${listed(teams)}, its projects ${listed(projects)}.`),
  ];
};

const describe = ({ severity, what, fix }: Finding): string =>
  `${{ ok: 'ok     ', warning: 'warning', error: 'ERROR  ' }[severity]}  ${what}${fix === null ? '' : ` → ${fix}`}`;

const examineIndex = async (context: ServiceContext): Promise<Finding> =>
  (await indexIsCurrent(context))
    ? ok('The index of words is that of this version.')
    : {
        severity: 'warning',
        what: 'The index of words is of another version, or its renewal was cut off.',
        fix: 'A server renews it by itself; doctor --fix does it now.',
      };

const fixIndex = async (terminal: Terminal, context: ServiceContext): Promise<Finding> => {
  const { onProgress, clear } = showProgress(terminal);
  const renewed = await renewIndex(context, ({ done, total }) => onProgress({ phase: 'indexing', done, total }));
  clear();
  return ok(`The words of ${renewed} memories and of what is related to them were made anew.`);
};

/** Looks, and changes nothing but what opening a store does; with `fix` makes the index anew. Returns the exit code. */
export const doctor = (
  terminal: Terminal,
  config: Config,
  { json, fix }: { readonly json: boolean; readonly fix: boolean },
): Promise<number> =>
  withApp(config, async (app) => {
    const store = await examineStore(app);
    const context = await app.operatorContext();
    const project = await context.currentProject();
    const index = store.exitCode !== 0 ? [] : [fix ? await fixIndex(terminal, context) : await examineIndex(context)];
    const findings: readonly Finding[] = [
      ok(`graph-memory ${app.info.version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`),
      ...config.warnings.map((what) => ({ severity: 'warning', what, fix: 'Rename or remove it.' }) as const),
      ok(project === null ? 'This folder belongs to no project.' : `This folder belongs to the project ${project}`),
      ...(await examineTenancy(app, config)),
      ...store.findings,
      ...index,
      ...(store.exitCode === 0 ? await app.inspectEmbeddings() : []),
    ];
    const lines = json
      ? [JSON.stringify({ version: app.info.version, healthy: store.exitCode === 0, findings }, null, 2)]
      : findings.map(describe);
    await print(terminal, lines);
    return store.exitCode;
  });
