import { runCli } from '../src/cli/cli.ts';

/** The command of the same name, for who works from a clone: npx tsx scripts/migrate-to-multitenant.ts --dry-run. */
process.exitCode = await runCli(['migrate-to-multitenant', ...process.argv.slice(2)], process);
