import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const long = /\/test\/(?:conformance\/\w+-tenant|property|faults|cypher\/statements)/;

/** Files that take minutes come first: begun last, one of them would go on long after the other worker has nothing left. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => Number(long.test(b.moduleId)) - Number(long.test(a.moduleId)));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/servers/run-setup.ts'],
    exclude: ['**/node_modules/**', 'test/tools/**'],
    // Many tests spawn servers of their own; more workers than this starve them on a small machine.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    restoreMocks: true,
    coverage: { provider: 'v8', include: ['src/**', 'backends/**'], reporter: ['text-summary', 'json-summary'] },
  },
});
