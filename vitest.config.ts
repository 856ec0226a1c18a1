import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['router/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'],
    // Tests start real nodes: two cores carry two files at a time.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
