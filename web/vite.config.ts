import { defineConfig } from "vitest/config";

const service = process.env["VIBELUX_SERVICE"] ?? "http://127.0.0.1:8765";

export default defineConfig({
  base: "./", // a proxy may show the page under any path
  build: {
    outDir: "../src/vibelux/service/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // everything is a file of its own: the Content Security Policy allows no inline script
  },
  worker: { format: "es" },
  // `npm run dev` shows the page with the API of a running `vibelux serve`.
  server: {
    proxy: { "/api": { target: service, changeOrigin: true } },
    fs: { allow: [".", "../src/vibelux/language"] }, // the words that the package has too
  },
  // No test fails because the machine is busy.
  test: { include: ["tests/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
