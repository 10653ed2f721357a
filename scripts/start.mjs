import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const program = join(root, 'dist/graph-memory.cjs');

const changedAt = (path) => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  // A folder's own time moves when a file is removed.
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => changedAt(join(path, name))));
};

const sources = ['src', 'backends', 'scripts', 'package.json', 'package-lock.json'];
const newest = Math.max(...sources.map((name) => changedAt(join(root, name))));

if (changedAt(program) < newest) {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const built = spawnSync(process.execPath, [tsx, join(root, 'scripts/build.ts')], { stdio: ['ignore', 2, 2] });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

// In this process, so that a signal to it reaches the server.
process.argv = [process.execPath, program, 'serve', '--http', ...process.argv.slice(2)];
createRequire(import.meta.url)(program);
