import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  // The payment app and the settings of channels are common to all tests.
  workers: 1,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  outputDir: "../.cache/e2e",
  use: {
    viewport: { width: 1280, height: 900 },
    locale: "en-US",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    launchOptions: {
      // `make dashboard-test` finds it.
      executablePath: process.env.CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  projects: [
    { name: "pages", testMatch: "pages/*.spec.ts" },
    {
      name: "real-dashboard",
      testMatch: "real-dashboard/*.spec.ts",
      // The Dashboard itself takes its time on a busy machine.
      expect: { timeout: 60_000 },
      timeout: 240_000,
    },
  ],
});
