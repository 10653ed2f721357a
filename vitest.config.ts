import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers/run-setup.ts'],
    exclude: ['**/node_modules/**', 'test/tools/**'],
    // Many tests spawn servers of their own; more workers than this starve them on a small machine.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**', 'backends/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
