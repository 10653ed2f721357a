// Run as: npx tsx test/tools/complete-lock.ts [package-lock.json …]
// npm leaves packages for other platforms out of a lock file when its registry does not serve them, and `npm ci` then refuses
// that lock file everywhere. This adds the entries again: version, platform, no integrity.
import { readFileSync, writeFileSync } from 'node:fs';

const platform = /\b(android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)\b/;
const processor = /\b(arm64|arm|ia32|loong64|mips64el|ppc64|riscv64|s390x|wasm32|x64)\b/;

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
}

interface LockFile {
  packages: Record<string, Entry>;
}

/** Where Node would look for `name` from the package at `place`, nearest first. */
const candidates = (place: string, name: string): string[] => {
  const folders = place.split(/\/?node_modules\//).slice(1);
  return [...folders.keys(), folders.length]
    .map((depth) => [...folders.slice(0, depth), name].map((folder) => `node_modules/${folder}`).join('/'))
    .reverse();
};

/** For each optional dependency that the lock names and does not hold: where it belongs, and what says enough of it. */
export const missingEntries = ({ packages }: LockFile): [place: string, entry: Entry][] =>
  Object.entries(packages).flatMap(([place, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !candidates(place, name).some((path) => path in packages))
      .map(([name, version]): [string, Entry] => {
        const [os, cpu] = [platform, processor].map((pattern) => pattern.exec(name)?.[1]);
        return [
          `node_modules/${name}`,
          {
            version,
            ...(cpu ? { cpu: [cpu] } : {}),
            ...(dev ? { dev } : {}),
            ...(name.endsWith('-musl') ? { libc: ['musl'] } : {}),
            optional: true,
            ...(os ? { os: [os] } : {}),
          },
        ];
      }),
  );

if (process.argv[1] === import.meta.filename) {
  for (const path of process.argv.length > 2 ? process.argv.slice(2) : ['package-lock.json']) {
    const lock = JSON.parse(readFileSync(path, 'utf8')) as LockFile;
    const missing = missingEntries(lock);
    const all = [...Object.entries(lock.packages), ...missing];
    lock.packages = Object.fromEntries(all.sort(([a], [b]) => a.localeCompare(b, 'en')));
    writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
    process.stderr.write(`${path}: ${missing.length} entries added\n`);
  }
}
