import { main } from '../src/main.ts';

/** The command of the same name, for who works from a clone: npx tsx scripts/migrate-to-multitenant.ts --dry-run. */
process.argv.splice(2, 0, 'migrate-to-multitenant');
await main();
