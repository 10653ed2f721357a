import { type Command, Option } from 'commander';
import { type Flags, type VariableName, variableNames, variables } from '../config.ts';

const ofServe: Readonly<Partial<Record<VariableName, string>>> = {
  MEMORY_HTTP_HOST: '--host',
  MEMORY_HTTP_PORT: '--port',
  MEMORY_ALLOWED_HOSTS: '--allowed-hosts',
};

export const httpVariables = Object.keys(ofServe) as readonly VariableName[];

/** `MEMORY_LOG_LEVEL` is `--log-level`. */
export const flagName = (name: VariableName): string =>
  ofServe[name] ?? `--${name.slice('MEMORY_'.length).toLowerCase().replaceAll('_', '-')}`;

/** A command line can be read by every user of the machine. */
const isSecret = (name: VariableName): boolean => 'secret' in variables[name] && variables[name].secret === true;

const isSwitch = (name: VariableName): boolean => variables[name].schema.safeParse('true').data === true;

const optionsFor = (name: VariableName): readonly Option[] => {
  const { description, allowed } = variables[name];
  const flag = flagName(name);
  if (!isSwitch(name)) return [new Option(`${flag} <value>`, `${description} [${name}: ${allowed}]`)];
  return [
    new Option(flag, `${description} [${name}]`),
    new Option(flag.replace('--', '--no-'), `Overrides ${name}.`).hideHelp(),
  ];
};

export const addFlags = (command: Command, names: readonly VariableName[]): void => {
  for (const option of names.flatMap(optionsFor)) command.addOption(option);
};

export const globalVariables = variableNames.filter((name) => !httpVariables.includes(name) && !isSecret(name));

/** What was said on the command line, in the words of the environment. */
export const givenFlags = (command: Command): Flags => {
  const options: Readonly<Record<string, unknown>> = command.optsWithGlobals();
  return Object.fromEntries(
    variableNames.flatMap((name) => {
      const value = options[new Option(flagName(name)).attributeName()];
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
};

/** The flags with which another process would run with the same values, those of the HTTP server and secrets aside. */
export const sameFlags = (
  effective: readonly { name: VariableName; value: string; source: string }[],
): readonly string[] =>
  effective
    .filter(({ name, source }) => (source === 'flag' || source === 'environment') && globalVariables.includes(name))
    .flatMap(({ name, value }) => {
      if (!isSwitch(name)) return [flagName(name), value];
      const on = variables[name].schema.safeParse(value).data === true;
      return [on ? flagName(name) : flagName(name).replace('--', '--no-')];
    });
