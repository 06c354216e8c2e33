import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** macaw-ui brings 48 font files. The pages bundle one: src/ui/styles.css names it. */
const withoutMacawFonts: Plugin = {
  name: "without-macaw-fonts",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("macaw-ui/dist/style.css")) return null;
    return { code: code.replace(/@font-face\s*\{[^}]*\}/g, ""), map: null };
  },
};

export default defineConfig({
  base: "./",
  plugins: [react(), withoutMacawFonts],
  resolve: {
    alias: {
      // app-sdk logs messages, tokens included, through `debug` where the browser's
      // storage asks for it. The pages log nothing.
      debug: path("src/host/noDebug.ts"),
    },
  },
  build: {
    outDir: path("../saleor_order_groups/dashboard/static"),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    testTimeout: 30_000,
    server: { deps: { inline: ["@saleor/app-sdk", "@saleor/macaw-ui"] } },
  },
});
